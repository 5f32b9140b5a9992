// Firefox ESR by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks by itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { keys, middleOf, pointer, type Point, type Tab } from './tab.ts';

export const FIREFOX = process.env.VITRINE_FIREFOX ?? '/usr/bin/firefox-esr';

/** Nothing is fetched by the browser for itself; media may start as it does for people. */
const PREFERENCES = {
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
};

interface Answer {
  id?: number;
  type: 'success' | 'error' | 'event';
  result?: Record<string, unknown>;
  error?: string;
  message?: string;
}

export class FirefoxTab implements Tab {
  readonly engine = 'firefox';
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;
  #context = '';

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    [this.#child, this.#profile, this.#socket] = [child, profile, socket];
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id === undefined) return;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async open(preferences: Record<string, boolean | number | string> = {}): Promise<FirefoxTab> {
    const profile = mkdtempSync(join(tmpdir(), 'vitrine-firefox-'));
    const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
    const child = spawn(FIREFOX, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, MOZ_HEADLESS_WIDTH: '1440', MOZ_HEADLESS_HEIGHT: '900' } });
    try {
      const socket = new WebSocket(`${await address(child)}/session`);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const tab = new FirefoxTab(child, profile, socket);
      await tab.#ask('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
      const { contexts } = (await tab.#ask('browsingContext.getTree', { maxDepth: 0 })) as { contexts: { context: string }[] };
      tab.#context = contexts[0]?.context ?? '';
      return tab;
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(profile, { recursive: true, force: true });
      throw error;
    }
  }

  async goto(url: string): Promise<void> {
    await this.#ask('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }
  async reload(): Promise<void> {
    await this.#ask('browsingContext.reload', { context: this.#context, wait: 'complete' });
  }
  async back(): Promise<void> {
    await this.#ask('browsingContext.traverseHistory', { context: this.#context, delta: -1 });
  }
  async forward(): Promise<void> {
    await this.#ask('browsingContext.traverseHistory', { context: this.#context, delta: 1 });
  }

  async evaluate<T, A extends unknown[]>(fn: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const answer = await this.#ask('script.callFunction', {
      functionDeclaration: `async (text) => JSON.stringify((await (${fn.toString()})(...JSON.parse(text))) ?? null)`,
      arguments: [{ type: 'string', value: JSON.stringify(args) }],
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: false,
    });
    if (answer.type === 'exception') {
      throw new Error(`in Firefox: ${(answer.exceptionDetails as { text: string }).text}`);
    }
    return JSON.parse((answer.result as { value: string }).value) as T;
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
  async resize(width: number, height: number): Promise<boolean> {
    await this.#ask('browsingContext.setViewport', { context: this.#context, viewport: { width, height } });
    return this.evaluate((wide, high) => innerWidth === wide && innerHeight === high, width, height);
  }
  async screenshot(): Promise<Buffer> {
    const { data } = (await this.#ask('browsingContext.captureScreenshot', { context: this.#context })) as { data: string };
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    void this.#ask('browser.close', {}).catch(() => undefined);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    this.#socket.terminate();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #act(actions: object[]): Promise<void> {
    await this.#ask('input.performActions', { context: this.#context, actions });
  }

  #ask(method: string, params: object): Promise<Record<string, unknown>> {
    const id = (this.#asked += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Firefox does not answer ${method}`)), 60_000);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        if (answer.type === 'error') reject(new Error(`${method}: ${answer.error}: ${answer.message}`));
        else resolve(answer.result ?? {});
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}


/** Where Firefox listens; it says so on its standard error. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`Firefox did not start:\n${said}`)), 60_000);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`Firefox ended with ${code}:\n${said}`)));
  });
}
