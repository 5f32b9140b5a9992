// What a figure starts and leaves behind is taken away at its end, however it ends.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GRACE_MS = 5_000;
const nests = new Set();

export class Nest {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  #children = [];
  #marks = [];
  #atEnd = [];

  constructor() {
    nests.add(this);
  }

  /** Starts a program; its output goes to NAME.log in the nest's folder. */
  start(name, program, args, options = {}) {
    const log = createWriteStream(join(this.folder, `${name}.log`), { flags: 'a' });
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    child.stdout?.pipe(log);
    child.stderr?.pipe(log);
    child.on('error', (error) => log.write(`${error}\n`));
    child.on('exit', () => (child.hasEnded = true));
    this.#children.push(child);
    return child;
  }

  /** Processes that were started with this in their environment are ended too. */
  alsoEnd(mark) {
    this.#marks.push(mark);
  }

  /** Runs at the end, before anything is stopped; last in, first out. */
  atEnd(act) {
    this.#atEnd.unshift(act);
  }

  /** The last lines of a program's log. */
  tail(name, lines = 15) {
    try {
      return readFileSync(join(this.folder, `${name}.log`), 'utf8').trim().split('\n').slice(-lines).join('\n');
    } catch {
      return '(no log)';
    }
  }

  async clear() {
    for (const act of this.#atEnd) await Promise.resolve(act()).catch(() => {});
    const living = this.#children.filter((child) => !child.hasEnded && child.pid);
    for (const child of living.reverse()) child.kill('SIGTERM');
    const until = Date.now() + GRACE_MS;
    while (living.some((child) => !child.hasEnded) && Date.now() < until) await sleep(50);
    nests.delete(this);
    for (const child of this.#children) if (!child.hasEnded && child.pid) child.kill('SIGKILL');
    for (const mark of this.#marks) for (const pid of processesWith(mark)) signal(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, async () => {
    await Promise.all([...nests].map((nest) => nest.clear()));
    process.exit(130);
  });
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until there is an answer that is neither null, undefined nor false. */
export async function eventually(what, ask, forMs = 60_000) {
  const until = Date.now() + forMs;
  let trouble = '';
  while (Date.now() < until) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error.isFinal) throw error;
      trouble = ` (${error.message})`;
    }
    await sleep(200);
  }
  throw new Error(`${what}: not within ${forMs / 1_000} s${trouble}`);
}

/** A port that was free a moment ago. */
export function freePort(host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Ids of the processes whose environment holds this whole entry (`NAME=value`). */
export function processesWith(entry) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    if (pid === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(entry);
    } catch {
      return false;
    }
  });
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended meanwhile
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that `share` (0 to 1) of all values do not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** Why a figure cannot be measured on this machine: told, and no failure. */
export class Skip extends Error {}

/** Rounds of each figure; the median counts. */
export const ROUNDS = Number(process.env.VITRINE_BENCH_ROUNDS ?? 3);
export const say = (text) => console.error(text);
