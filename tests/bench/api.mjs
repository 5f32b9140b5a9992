// How long answers take at a steady 200 requests a second on SQLite: reads of the catalogue and the orders, and orders that come in.
// Then the same with ten times the products. The peer is PocketBase with as many of the same.
import { program, register, startCloud } from './lib/cloud.mjs';
import { bringIn, ordersFor, someProducts, table } from './lib/goods.mjs';
import { median, ROUNDS, say } from './lib/nest.mjs';
import { ask } from './lib/oha.mjs';
import { startPocketBase } from './lib/pocketbase.mjs';

export const names = ['api_read_p99_ms', 'api_write_p99_ms', 'api_read_tenfold_p99_ms', 'api_write_tenfold_p99_ms'];
export const byDefault = false;
const RATE = 200;
const SECONDS = Number(process.env.VITRINE_BENCH_API_S ?? 20);
const PRODUCTS = 10_000;
const GOALS = { read: 10, write: 30 };

export async function measure(nest) {
  const peer = await startPocketBase(nest, PRODUCTS);
  const cloud = await startCloud(nest);
  const org = await register(cloud);
  await bringIn(cloud, org, table(0, PRODUCTS));
  const few = await rounds(nest, cloud, org, peer, 'few');
  await bringIn(cloud, org, table(PRODUCTS, 10 * PRODUCTS), 'more');
  const many = await rounds(nest, cloud, org, null, 'many');

  const how = (products) => [program().build, `${RATE} requests a second`, `${SECONDS} s a round`, `${products} products`].join(', ');
  const figure = (name, what, { ours, peers }, products) => {
    const beside = peers.length > 0 ? { name: 'pocketbase', value: median(peers) } : null;
    return { name, ours: median(ours), peer: beside, goal: GOALS[what], rounds: { ours, peer: beside ? peers : null }, how: how(products) };
  };
  return [
    figure(names[0], 'read', few.read, PRODUCTS),
    figure(names[1], 'write', few.write, PRODUCTS),
    // The peer with few stands beside ours with many.
    figure(names[2], 'read', { ...many.read, peers: few.read.peers }, 10 * PRODUCTS),
    figure(names[3], 'write', { ...many.write, peers: few.write.peers }, 10 * PRODUCTS),
  ];
}

/** Reads and writes in turns, ours and the peer's. */
async function rounds(nest, cloud, org, peer, mark) {
  const read = { ours: [], peers: [] };
  const write = { ours: [], peers: [] };
  const products = await someProducts(org);
  const ours = cloud.http + org.below;
  const readings = ['products?limit=50', ...products.slice(0, 20).map(({ id }) => `products/${id}`), 'orders?limit=50', 'coupons'];
  for (let round = 0; round < ROUNDS; round += 1) {
    say(`${mark}, round ${round + 1}`);
    const bodies = ordersFor(products, 50 * RATE * SECONDS, `${mark}-${round}`);
    // A line that comes twice is the same order again: 200.
    write.ours.push((await ask(nest, { urls: [`${ours}/orders`], method: 'POST', token: org.token, bodies, rate: RATE, seconds: SECONDS, statuses: [200, 201] })).p99);
    read.ours.push((await ask(nest, { urls: readings.map((path) => `${ours}/${path}`), token: org.token, rate: RATE, seconds: SECONDS })).p99);
    if (!peer) continue;
    const records = (name) => `${peer.http}/api/collections/${name}/records`;
    const list = (name) => `${records(name)}?perPage=50&skipTotal=1&sort=-created`;
    const asked = { token: peer.token, rate: RATE, seconds: SECONDS };
    // There the same line again is refused by its index: 400.
    write.peers.push((await ask(nest, { ...asked, urls: [records('orders')], method: 'POST', bodies, statuses: [200, 400] })).p99);
    const pages = [list('products'), ...peer.items.slice(0, 20).map(({ id }) => `${records('products')}/${id}`), list('orders')];
    read.peers.push((await ask(nest, { ...asked, urls: pages })).p99);
  }
  return { read, write };
}
