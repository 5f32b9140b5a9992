// WebKitGTK's MiniBrowser by WebKitWebDriver (W3C WebDriver), on a screen of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, middleOf, pointer, type Point, type Tab } from './tab.ts';

export const WEBKIT_DRIVER = process.env.VITRINE_WEBKIT_DRIVER ?? '/usr/bin/WebKitWebDriver';

/** The browser that Debian ships with the library, wherever this machine's libraries are. */
export function miniBrowser(): string | undefined {
  for (const folder of readdirSync('/usr/lib', { withFileTypes: true })) {
    const place = join('/usr/lib', folder.name, 'webkit2gtk-4.1');
    try {
      if (readdirSync(place).includes('MiniBrowser')) return join(place, 'MiniBrowser');
    } catch {
      // Not that folder.
    }
  }
  return undefined;
}

export class WebKitTab implements Tab {
  readonly engine = 'webkit';
  readonly #children: ChildProcess[];
  readonly #home: string;
  readonly #base: string;

  private constructor(children: ChildProcess[], home: string, base: string) {
    [this.#children, this.#home, this.#base] = [children, home, base];
  }

  static async open(): Promise<WebKitTab> {
    const home = mkdtempSync(join(tmpdir(), 'vitrine-webkit-'));
    const children: ChildProcess[] = [];
    try {
      const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2600x1700x24', '-nolisten', 'tcp', '-noreset'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
      children.push(screen);
      const display = await new Promise<string>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('Xvfb did not start')), 20_000);
        (screen.stdio[3] as NodeJS.ReadableStream).once('data', (chunk: Buffer) => {
          clearTimeout(timer);
          resolve(`:${chunk.toString().trim()}`);
        });
        screen.once('error', reject);
      });
      const port = await freePort();
      const env: NodeJS.ProcessEnv = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1', GTK_USE_PORTAL: '0', HOME: home };
      for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR']) env[name] = home;
      // A screenshot would hang with it (WebKitGTK 2.50); a bus of its own would stay behind.
      delete env.WEBKIT_DISABLE_DMABUF_RENDERER;
      delete env.WAYLAND_DISPLAY;
      env.DBUS_SESSION_BUS_ADDRESS = 'disabled:';
      const driver = spawn(WEBKIT_DRIVER, [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env, detached: true });
      children.push(driver);
      const root = `http://127.0.0.1:${port}`;
      await answers(root);
      const options = { binary: miniBrowser(), args: ['--automation', '--autoplay-policy=deny'] };
      const session = await call<{ sessionId: string }>('POST', `${root}/session`, {
        capabilities: { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options } },
      });
      return new WebKitTab(children, home, `${root}/session/${session.sessionId}`);
    } catch (error) {
      await end(children, home);
      throw error;
    }
  }

  async goto(url: string): Promise<void> {
    await call('POST', `${this.#base}/url`, { url });
  }
  async reload(): Promise<void> {
    await call('POST', `${this.#base}/refresh`, {});
  }
  async back(): Promise<void> {
    await call('POST', `${this.#base}/back`, {});
  }
  async forward(): Promise<void> {
    await call('POST', `${this.#base}/forward`, {});
  }

  async evaluate<T, A extends unknown[]>(fn: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const script = `const done = arguments[arguments.length - 1];
      (async () => (${fn.toString()})(...JSON.parse(arguments[0])))().then(
        (value) => done(JSON.stringify({ value: value ?? null })), (error) => done(JSON.stringify({ error: String(error?.message ?? error) })));`;
    const answer = JSON.parse(await call<string>('POST', `${this.#base}/execute/async`, { script, args: [JSON.stringify(args)] })) as { value: T; error?: string };
    if (answer.error !== undefined) throw new Error(`in WebKit: ${answer.error}`);
    return answer.value;
  }

  async click(selector: string): Promise<void> {
    await this.#act(pointer([await this.evaluate(middleOf, selector)]));
  }
  async drag(from: Point, to: Point): Promise<void> {
    const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    await this.#act(pointer([from, half, to]));
  }
  async press(key: string): Promise<void> {
    await this.#act(keys(key));
  }
  async type(text: string): Promise<void> {
    await this.#act(keys(text));
  }

  /** The window is larger than its page; GTK has a least width. */
  async resize(width: number, height: number): Promise<boolean> {
    const inner = () => this.evaluate(() => ({ x: innerWidth, y: innerHeight }));
    let [wide, high] = [width, height];
    for (let tries = 0; tries < 4; tries += 1) {
      await call('POST', `${this.#base}/window/rect`, { x: 0, y: 0, width: wide, height: high });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const now = await inner();
      if (now.x === width && now.y === height) return true;
      [wide, high] = [Math.max(1, wide + width - now.x), Math.max(1, high + height - now.y)];
    }
    return false;
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(await call<string>('GET', `${this.#base}/screenshot`), 'base64');
  }

  async close(): Promise<void> {
    await call('DELETE', this.#base).catch(() => undefined);
    await end(this.#children, this.#home);
  }

  async #act(actions: object[]): Promise<void> {
    await call('POST', `${this.#base}/actions`, { actions });
  }
}

/** Ends what was started, the driver with its browser (a process group) first. */
async function end(children: ChildProcess[], home: string): Promise<void> {
  for (const child of [...children].reverse()) {
    const over = () => child.exitCode !== null || child.signalCode !== null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const signal = (name: NodeJS.Signals) => {
      try {
        if (child.spawnargs[0] === WEBKIT_DRIVER && child.pid) process.kill(-child.pid, name);
        else child.kill(name);
      } catch {
        // It ended by itself.
      }
    };
    if (!over()) {
      signal('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000))]);
    }
    signal('SIGKILL');
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
}

async function call<T = unknown>(method: string, url: string, body?: object): Promise<T> {
  const answer = await fetch(url, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
  return value;
}

async function answers(root: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if (await fetch(`${root}/status`).then((answer) => answer.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('WebKitWebDriver did not start');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
