// Finds a running demo or starts one, and leaves what the stories need in the environment.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A first start may wait for the encoder's plugins to be scanned. */
const READY_WITHIN_MS = 180_000;

/** What the demo writes about itself. */
export interface DemoRun {
  cloud_url: string;
  shop_url: string;
  sign_ins: { role: string; email: string; password: string }[];
  org_id: string;
  show_id: string;
}

const root = join(import.meta.dirname, '../..');

function readRun(file: string): DemoRun {
  return JSON.parse(readFileSync(file, 'utf8')) as DemoRun;
}

/** The demo that the stories run against. */
export function demo(): DemoRun {
  const run = process.env.VITRINE_STORY_RUN;
  if (!run) throw new Error('no demo: the global setup did not run');
  return JSON.parse(run) as DemoRun;
}

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The cloud’s program. */
export function binary(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const found = [process.env.VITRINE_CLOUD_BIN, join(target, 'debug/vitrine-cloud'), join(target, 'release/vitrine-cloud')];
  const path = found.find((one) => one && existsSync(one));
  if (!path) throw new Error('vitrine-cloud is not built: cargo build -p vitrine-cloud, or set VITRINE_CLOUD_BIN');
  return path;
}

/** Resolves once the demo has printed where everything is; it does so only when parts play. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`the demo was not ready in time:\n${text}`)), READY_WITHIN_MS);
    const hear = (chunk: Buffer) => {
      text += chunk.toString();
      if (['shop:', 'stream:', 'cloud:'].every((word) => new RegExp(`^\\s*${word}`, 'm').test(text))) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${text}`)));
  });
}

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.VITRINE_SHOP_URL) {
    const state = process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state');
    const run = readRun(process.env.VITRINE_DEMO_RUN_FILE ?? join(state, 'vitrine/demo.json'));
    run.shop_url = process.env.VITRINE_SHOP_URL;
    run.cloud_url = process.env.VITRINE_CLOUD_URL ?? run.cloud_url;
    process.env.VITRINE_STORY_RUN = JSON.stringify(run);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-stories-'));
  const runFile = join(folder, 'demo.json');
  const ports = [await freePort(), await freePort(), await freePort()].map(String) as [string, string, string];
  const child = spawn(
    binary(),
    ['demo', '--fresh', '--data-dir', join(folder, 'data'), '--port', ports[0], '--shop-port', ports[1], '--rtmp-port', ports[2]],
    { env: { ...process.env, VITRINE_DEMO_RUN_FILE: runFile }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const end = async () => {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
      if (child.exitCode === null) child.kill('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(child);
    process.env.VITRINE_STORY_RUN = JSON.stringify(readRun(runFile));
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}
