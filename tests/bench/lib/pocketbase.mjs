// The peer of the interface: PocketBase, one program with SQLite inside as ours, with the same products and orders.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, Skip } from './nest.mjs';

const WHO = ['bench@example.com', 'correct horse battery'];
const BATCH = 500;
const text = (name) => ({ name, type: 'text', max: 20_000 });
const number = (name) => ({ name, type: 'number' });
const created = { name: 'created', type: 'autodate', onCreate: true };

/** Starts one with as many products; what it needs to be asked. */
export async function startPocketBase(nest, products) {
  const program = process.env.VITRINE_BENCH_POCKETBASE;
  if (!program || !existsSync(program)) throw new Skip('no PocketBase here; ./x bench builds it where Go is installed');
  const folder = join(nest.folder, 'pocketbase');
  execFileSync(program, ['superuser', 'upsert', ...WHO, '--dir', folder], { stdio: 'pipe' });
  const port = await freePort();
  const http = `http://127.0.0.1:${port}`;
  const child = nest.start('pocketbase', program, ['serve', `--http=127.0.0.1:${port}`, '--dir', folder]);
  await eventually('PocketBase answers', async () => (await fetch(`${http}/api/health`)).ok);
  let token = null;
  const call = async (method, path, body) => {
    const answer = await fetch(http + path, {
      method, headers: { 'content-type': 'application/json', ...(token && { authorization: token }) }, body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`PocketBase: ${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  ({ token } = await call('POST', '/api/collections/_superusers/auth-with-password', { identity: WHO[0], password: WHO[1] }));
  await call('PATCH', '/api/settings', { batch: { enabled: true, maxRequests: BATCH, timeout: 60 } });
  await call('POST', '/api/collections', {
    name: 'products', type: 'base',
    fields: [text('title'), text('description'), text('url'), text('currency'), number('price_minor'), number('stock'), { name: 'variants', type: 'json' }, created],
  });
  await call('POST', '/api/collections', {
    name: 'orders', type: 'base', indexes: ['CREATE UNIQUE INDEX orders_ref ON orders (source, external_ref)'],
    fields: [text('source'), text('external_ref'), text('currency'), number('total_minor'), { name: 'lines', type: 'json' }, created],
  });
  for (let at = 0; at < products; at += BATCH) {
    const requests = Array.from({ length: BATCH }, (_, more) => ({ method: 'POST', url: '/api/collections/products/records', body: product(at + more) }));
    await call('POST', '/api/batch', { requests });
  }
  const { items } = await call('GET', '/api/collections/products/records?perPage=50&skipTotal=1');
  return { child, http, token, items };
}

function product(at) {
  const price_minor = 1_900 + (at % 80) * 100;
  const variants = ['S', 'M'].map((title) => ({ title, sku: `SKU-${at}-${title}`, stock: 100_000, price_minor }));
  return { title: `Linen shirt no. ${at}, washed`, description: 'Washed linen from Normandy. '.repeat(12), url: `https://shop.example/products/shirt-${at}`, currency: 'EUR', price_minor, stock: 200_000, variants };
}
