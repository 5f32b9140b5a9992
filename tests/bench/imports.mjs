// Lists of products: how many are read and stored a second on both databases, while orders come in, and in how much memory.
// The peers are the CSV parser of Node's world (csv-parse) for what is only read, and a bare loop of INSERTs for what is stored.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, register, startCloud } from './lib/cloud.mjs';
import { pssOf } from './lib/family.mjs';
import { bringIn, ordersFor, someProducts, table } from './lib/goods.mjs';
import { median, ROUNDS, say, sleep } from './lib/nest.mjs';
import { ask } from './lib/oha.mjs';
import { installPeers } from './lib/peers.mjs';
import { startPostgres } from './lib/postgres.mjs';

export const names = [
  'import_read', 'import_store_sqlite', 'import_store_postgres', 'import_orders_sqlite_p99_ms', 'import_orders_postgres_p99_ms', 'import_memory_mb',
];
export const byDefault = false;
const PRODUCTS = 100_000;
const GOALS = { read: 20_000, store: 3_000, orders: 50, memory: 100 };
/** Orders a second meanwhile. */
const RATE = 50;

export async function measure(nest) {
  const how = (...more) => [program().build, `${PRODUCTS} products of two variants`, ...more].join(', ');
  const sqlite = await one(nest, 'sqlite', {});
  const postgres = await one(nest, 'postgres', { VITRINE_DATABASE_URL: startPostgres(nest).url });
  const parsed = [];
  for (let round = 0; round < ROUNDS; round += 1) parsed.push(PRODUCTS / (await parse(nest)));
  const inserted = [];
  for (let round = 0; round < ROUNDS; round += 1) inserted.push(PRODUCTS / (await insert(nest, round)));
  const more = (name, ours, peer, goal, beside) => ({ name, ours: median(ours), peer, goal, rounds: { ours }, isMoreBetter: true, how: how(beside) });
  const bare = { name: 'bare_inserts_sqlite', value: median(inserted) };
  const orders = (name, { p99 }) => ({ name, ours: p99, peer: null, goal: GOALS.orders, how: how(`${RATE} orders a second`) });
  return [
    more(names[0], sqlite.read, { name: 'csv-parse', value: median(parsed) }, GOALS.read, 'of which none is sold; from the first byte sent to the end of the import'),
    more(names[1], [sqlite.stored], bare, GOALS.store, `${RATE} orders a second meanwhile`),
    more(names[2], [postgres.stored], bare, GOALS.store, `${RATE} orders a second meanwhile, fsync on`),
    orders(names[3], sqlite.orders),
    orders(names[4], postgres.orders),
    { name: names[5], ours: Math.max(sqlite.grown, postgres.grown), peer: null, goal: GOALS.memory, how: how('PSS at its peak above that before the list; the larger of the two databases') },
  ];
}

/** One database: a list that is only read, then one that is stored while orders come in. */
async function one(nest, name, settings) {
  const cloud = await startCloud(nest, name, settings);
  const org = await register(cloud);
  await bringIn(cloud, org, table(0, 1_000), 'first');
  const products = await someProducts(org);
  const read = [];
  const drafts = table(0, PRODUCTS, 'draft');
  for (let round = 0; round < ROUNDS; round += 1) {
    read.push(PRODUCTS / (await bringIn(cloud, org, drafts, `drafts-${round}`)).seconds);
    say(`${name}: ${Math.round(read.at(-1))} products a second are read`);
  }
  await sleep(2_000);
  const before = pssOf(cloud.pid);
  let [peak, isGoing] = [before, true];
  const watch = (async () => { while (isGoing) { peak = Math.max(peak, pssOf(cloud.pid)); await sleep(100); } })();
  const list = table(0, PRODUCTS);
  const seconds = Math.round(PRODUCTS / 5_000);
  const bodies = ordersFor(products, 100 * RATE * seconds, name);
  const [stored, orders] = await Promise.all([
    bringIn(cloud, org, list),
    ask(nest, { urls: [`${cloud.http}${org.below}/orders`], method: 'POST', token: org.token, bodies, rate: RATE, seconds, statuses: [200, 201] }),
  ]);
  isGoing = false;
  await watch;
  say(`${name}: ${Math.round(PRODUCTS / stored.seconds)} products a second are stored, ${(peak - before).toFixed(1)} MB more`);
  cloud.child.kill('SIGTERM');
  return { read, stored: PRODUCTS / stored.seconds, orders, grown: peak - before };
}

/** Seconds that csv-parse takes for the same bytes. */
async function parse(nest) {
  const file = join(nest.folder, 'list.csv');
  writeFileSync(file, table(0, PRODUCTS));
  return timed(process.execPath, ['-e', `
    const { parse } = require(${JSON.stringify(join(installPeers(), 'csv-parse'))});
    const start = performance.now(); let rows = 0;
    require('node:fs').createReadStream(${JSON.stringify(file)}).pipe(parse({ columns: true }))
      .on('data', () => (rows += 1)).on('end', () => console.log((performance.now() - start) / 1000));`]);
}

/** Seconds that a bare loop takes: a product and its two variants, a hundred products to a transaction, on the disk at each commit. */
async function insert(nest, round) {
  const file = join(nest.folder, `bare-${round}.db`);
  return timed('python3', ['-c', `
import sqlite3, time, sys
db = sqlite3.connect(${JSON.stringify(file)}, isolation_level=None)
db.execute('PRAGMA journal_mode=WAL'); db.execute('PRAGMA synchronous=FULL')
db.execute('CREATE TABLE product (id TEXT PRIMARY KEY, org TEXT, title TEXT, body TEXT, url TEXT, price INTEGER)')
db.execute('CREATE TABLE variant (id TEXT PRIMARY KEY, product TEXT, title TEXT, sku TEXT, stock INTEGER, price INTEGER)')
start = time.perf_counter()
for at in range(0, ${PRODUCTS}, 100):
    db.execute('BEGIN IMMEDIATE')
    for one in range(at, at + 100):
        db.execute('INSERT INTO product VALUES (?,?,?,?,?,?)', (f'{one:026}', 'o', f'Linen shirt no. {one}, washed', 'x' * 330, f'https://shop.example/products/shirt-{one}', 1900))
        for size in 'SM':
            db.execute('INSERT INTO variant VALUES (?,?,?,?,?,?)', (f'{one:025}{size}', f'{one:026}', size, f'SKU-{one}-{size}', 5, 1900))
    db.execute('COMMIT')
print(time.perf_counter() - start)`]);
}

/** The number that a program prints. */
function timed(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 && Number(text) > 0 ? resolve(Number(text)) : reject(new Error(`${command} ended with ${code}: ${text}`))));
  });
}
