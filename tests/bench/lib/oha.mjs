// Requests at a steady rate, and how long their answers take: oha, https://github.com/hatoo/oha.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { say } from './nest.mjs';

/** What has so many answers at least has a 99th of a hundred that means something. */
const ENOUGH = 500;

/**
 * Asks one of `urls` by chance, so often a second. The time of an answer counts from when its request was due, so a server that stands still
 * is not spared the requests of meanwhile. Answers milliseconds: `{p50, p99, answers}`. Every answer must have one of `statuses`.
 */
export async function ask(nest, { urls, token, method = 'GET', bodies = null, rate = 200, seconds = 20, statuses = [200] }) {
  const oha = process.env.VITRINE_BENCH_OHA;
  if (!oha || !existsSync(oha)) throw new Error('no oha: ./x bench installs it');
  const list = join(nest.folder, 'urls.txt');
  writeFileSync(list, `${urls.join('\n')}\n`);
  const args = ['--no-tui', '--output-format', 'json', '-c', '32', '-q', String(rate), '-z', `${seconds}s`, '--latency-correction', '--wait-ongoing-requests-after-deadline'];
  args.push('-m', method, '-t', '10s', '--disable-compression');
  if (token) args.push('-H', `Authorization: Bearer ${token}`);
  if (bodies) {
    const lines = join(nest.folder, 'bodies.txt');
    writeFileSync(lines, `${bodies.map((body) => JSON.stringify(body)).join('\n')}\n`);
    args.push('-T', 'application/json', '-Z', lines);
  }
  args.push('--urls-from-file', list);
  const { stdout } = await promisify(execFile)(oha, args, { maxBuffer: 2 ** 26 });
  const told = JSON.parse(stdout);
  const codes = told.statusCodeDistribution;
  const answers = Object.values(codes).reduce((sum, count) => sum + count, 0);
  const others = Object.keys(codes).filter((code) => !statuses.includes(Number(code)));
  if (others.length > 0 || Object.keys(told.errorDistribution).length > 0) {
    throw new Error(`${method} ${urls[0]}: ${JSON.stringify(codes)} ${JSON.stringify(told.errorDistribution)}`);
  }
  if (answers < ENOUGH || answers < rate * seconds * 0.95) throw new Error(`${method} ${urls[0]}: ${answers} answers in ${seconds} s are too few`);
  const ms = (percentile) => told.latencyPercentiles[percentile] * 1_000;
  say(`${method} ${urls[0]}: ${answers} answers, p50 ${ms('p50').toFixed(2)} ms, p99 ${ms('p99').toFixed(2)} ms`);
  return { p50: ms('p50'), p99: ms('p99'), answers };
}
