// A cloud of one's own: `vitrine-cloud serve` on free ports with a fresh folder, and a show in it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, say } from './nest.mjs';
import { buildOf, upToDate } from './program.mjs';

/** The program that is measured, and which build it is. */
export function program() {
  const path = upToDate(process.env.VITRINE_CLOUD_BIN);
  return { path, build: buildOf(path) };
}

/** Starts `serve`; answers when it listens. `descriptors`: its limit of them, where the system's is too low. */
export async function startCloud(nest, name = 'cloud', settings = {}, descriptors = null) {
  const data = join(nest.folder, name, 'data');
  const runFile = join(data, 'run/serve.json');
  const command = [program().path, 'serve'];
  if (descriptors) command.unshift('prlimit', `--nofile=${descriptors}:${descriptors}`);
  const child = nest.start(name, command[0], command.slice(1), {
    env: {
      ...process.env,
      VITRINE_DATA_DIR: data,
      VITRINE_LISTEN: '127.0.0.1:0',
      VITRINE_RTMP_LISTEN: '127.0.0.1:0',
      ...settings,
    },
  });
  nest.alsoEnd(`VITRINE_DATA_DIR=${data}`);
  const run = await eventually('serve listens', () => {
    if (child.hasEnded) throw Object.assign(new Error(`serve ended: ${nest.tail(name)}`), { isFinal: true });
    return existsSync(runFile) && JSON.parse(readFileSync(runFile, 'utf8'));
  });
  return { child, pid: child.pid, data, http: `http://${run.http}`, rtmp: run.rtmp };
}

/** A signed-in owner. `call(method, path, body)` answers JSON or throws; it has the owner's `token`, and `below`, where the organisation is. */
export async function register(cloud) {
  let token = null;
  const call = async (method, path, body) => {
    const answer = await fetch(cloud.http + path, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  const session = await call('POST', '/v1/register', {
    email: 'bench@example.com', password: 'correct horse battery', name: 'Bench', organization_name: 'Bench shop',
  });
  token = session.token;
  const below = `/v1/orgs/${session.organizations[0].id}`;
  return Object.assign((method, path, body) => call(method, below + path, body), { token, below });
}

/** A show with one product: its id and the address to publish to. */
export async function makeShow(cloud, org) {
  const product = await org('POST', '/products', {
    title: 'Linen shirt', description: '', url: 'http://localhost/p', currency: 'EUR', price_minor: 4900, stock: 5, variants: [],
  });
  const show = await org('POST', '/shows', { title: 'Bench', auto_live: false });
  await org('PUT', `/shows/${show.id}/lineup`, { items: [{ kind: 'product', product_id: product.id }] });
  const key = await org('POST', `/shows/${show.id}/publish-key`);
  return { id: show.id, publish: `rtmp://${cloud.rtmp}/live/${key.stream_key}` };
}

/** Waits for the publisher, airs the show, and waits until its playlists have segments. */
export async function goLive(cloud, org, show) {
  await eventually('the show receives', async () => (await org('GET', `/shows/${show.id}`)).receiving);
  await org('POST', `/shows/${show.id}/go-live`);
  const url = `${cloud.http}/live/${show.id}/index.m3u8`;
  await eventually('the playlists have segments', () => hasSegments(url));
  say(`on air: ${url}`);
  return url;
}

/** Whether the first media playlist behind this address lists three whole segments. */
export async function hasSegments(url) {
  const first = await text(url);
  const media = first.includes('#EXTINF') ? first : await text(new URL(first.split('\n').find((line) => line && !line.startsWith('#')), url));
  return media.split('#EXTINF').length > 3;
}

async function text(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}
