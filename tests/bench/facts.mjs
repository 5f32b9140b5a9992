// Facts: transactions a second that leave one, for sixteen organisations at once, while a listener hears them all and every commit is on the disk.
// The peers write one row of the same size a transaction: pgbench with as many clients, and a bare loop with SQLite itself.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from './lib/cloud.mjs';
import { median, ROUNDS, say } from './lib/nest.mjs';
import { startPostgres } from './lib/postgres.mjs';

export const names = ['facts_postgres', 'facts_sqlite'];
export const byDefault = false;
const SECONDS = Number(process.env.VITRINE_BENCH_FACTS_S ?? 10);
const ORGANISATIONS = 16;
/** A listener that is further behind than this does not keep up. */
const LAG_S = 1;
const BODY = JSON.stringify({ kind: 'stock_changed', product: '0198e4b2-0000-7000-8000-000000000000', stock: 7 });
const run = promisify(execFile);

export async function measure(nest) {
  const facts = join(process.env.VITRINE_BENCH_EXAMPLES ?? '', 'facts');
  if (!existsSync(facts)) throw new Error(`no ${facts}: ./x bench builds it`);
  const postgres = startPostgres(nest);
  const rounds = { postgres: [[], []], sqlite: [[], []] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.postgres[0].push(await write(facts, postgres.url));
    rounds.postgres[1].push(await pgbench(nest, postgres));
    rounds.sqlite[0].push(await write(facts, `sqlite:${join(nest.folder, `facts-${round}.db`)}`));
    rounds.sqlite[1].push(await bare(join(nest.folder, `bare-${round}.db`)));
    say(`round ${round + 1}: ${JSON.stringify(rounds)}`);
  }
  const how = [program().build, `${ORGANISATIONS} organisations`, `${SECONDS} s a round`, 'fsync at each commit', 'a listener hears all'].join(', ');
  const figure = (name, [ours, peers], peer, goal) => {
    const value = median(peers);
    return { name, ours: median(ours), peer: { name: peer, value }, goal: goal(value), rounds: { ours, peer: peers }, how, isMoreBetter: true };
  };
  return [
    figure(names[0], rounds.postgres, 'pgbench', () => 1_000),
    figure(names[1], rounds.sqlite, 'bare_inserts', (value) => Math.round(0.7 * value)),
  ];
}

/** Ours, transactions a second. */
async function write(facts, url) {
  const { stdout } = await run(facts, [url, String(SECONDS)]);
  const told = JSON.parse(stdout);
  const rate = told.transactions / told.seconds;
  if (told.heard !== told.transactions) throw new Error(`the listener heard ${told.heard} of ${told.transactions}`);
  if (told.lag > rate * LAG_S) throw new Error(`the listener does not keep up: ${told.lag} facts behind at ${Math.round(rate)} a second`);
  return rate;
}

/** The tool that Postgres brings for this, with as many clients. */
async function pgbench(nest, { folder }) {
  const bin = readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`).find((one) => existsSync(join(one, 'pgbench')));
  const script = join(nest.folder, 'insert.sql');
  writeFileSync(script, `INSERT INTO bare (at_ms, org, actor, body) VALUES (1, 'o', 'service:bench', '${BODY}');\n`);
  const to = ['-h', folder, '-U', 'postgres'];
  await run(join(bin, 'psql'), [...to, '-c', 'CREATE TABLE IF NOT EXISTS bare (seq BIGSERIAL PRIMARY KEY, at_ms BIGINT, org TEXT, actor TEXT, body TEXT)']);
  const { stdout } = await run(join(bin, 'pgbench'), [...to, '-n', '-f', script, '-c', String(ORGANISATIONS), '-j', '1', '-T', String(SECONDS), 'postgres']);
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
}

/** One row a transaction, by SQLite's own binding in Python, on the disk at each commit. */
async function bare(file) {
  const { stdout } = await run('python3', ['-c', `
import sqlite3, time
db = sqlite3.connect(${JSON.stringify(file)}, isolation_level=None)
db.execute('PRAGMA journal_mode=WAL'); db.execute('PRAGMA synchronous=FULL')
db.execute('CREATE TABLE bare (seq INTEGER PRIMARY KEY, at_ms INTEGER, org TEXT, actor TEXT, body TEXT)')
start, count = time.perf_counter(), 0
while time.perf_counter() - start < ${SECONDS}:
    db.execute('BEGIN IMMEDIATE')
    db.execute('INSERT INTO bare (at_ms, org, actor, body) VALUES (1, ?, ?, ?)', ('o', 'service:bench', ${JSON.stringify(BODY)}))
    db.execute('COMMIT')
    count += 1
print(count / (time.perf_counter() - start))`]);
  return Number(stdout);
}
