// The pretended cloud and shop of `cloud/widget/dev/server.mjs`, for stories that set every scene themselves:
// a tall picture, a pin or a coupon at will.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from './demo.ts';

const READY_WITHIN_MS = 30_000;
const root = join(import.meta.dirname, '../..');

/** What `POST /dev` understands; `dev/server.mjs` lists it all. */
export interface Scene {
  state?: 'scheduled' | 'live' | 'interrupted' | 'ended';
  pin?: number | 'coupon';
  clear?: boolean;
  chat?: [name: string, text: string, role?: string][];
}

export interface Pretended {
  shopUrl: string;
  cloudUrl: string;
  /** Sets a scene; gives the id of what is pinned then. */
  set(scene: Scene): Promise<string | null>;
  end(): Promise<void>;
}

/** Another program may take a port that was free a moment ago. */
const TRIES = 3;

/** Starts a show that only pretends, with a picture of this shape. */
export async function pretend(shape: 'wide' | 'tall'): Promise<Pretended> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(shape);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

async function start(shape: 'wide' | 'tall'): Promise<Pretended> {
  const [cloudPort, shopPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [join(root, 'cloud/widget/dev/server.mjs')], {
    env: { ...process.env, CLOUD_PORT: String(cloudPort), SHOP_PORT: String(shopPort), TALL: shape === 'tall' ? '1' : '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('the pretended cloud was not ready in time'));
    }, READY_WITHIN_MS);
    child.once('exit', (code) => (clearTimeout(timer), reject(new Error(`the pretended cloud ended with ${code}`))));
    child.stdout.once('data', () => (clearTimeout(timer), resolve()));
  });
  const cloudUrl = `http://127.0.0.1:${cloudPort}`;
  return {
    cloudUrl,
    shopUrl: `http://localhost:${shopPort}`,
    async set(scene) {
      const answer = await fetch(`${cloudUrl}/dev`, { method: 'POST', body: JSON.stringify(scene) });
      if (!answer.ok) throw new Error(`the scene was refused: ${answer.status}`);
      return ((await answer.json()) as { highlight: { id: string } | null }).highlight?.id ?? null;
    },
    async end() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
