// Twenty thousand shoppers in one show (fewer where the machine allows a process fewer descriptors), and a sale a second: what a sale costs the server. The peer tells as many WebSockets one message
// of the same size as often (nginx with nchan), and asks nothing back.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goLive, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { cpuWhile, pssOf } from './lib/family.mjs';
import { feed } from './lib/film.mjs';
import { ordersFor, someProducts } from './lib/goods.mjs';
import { eventually, freePort, say, Skip, sleep } from './lib/nest.mjs';
import { listens } from './lib/nginx.mjs';

export const names = ['sale_cpu', 'sale_memory_mb'];
export const byDefault = false;
const WANTED = Number(process.env.VITRINE_BENCH_SHOPPERS ?? 20_000);
const SECONDS = Number(process.env.VITRINE_BENCH_SALE_S ?? 30);
/** Processes that hold the shoppers' ends. */
const GENERATORS = 2;
/** What a server needs besides the sockets of its shoppers and their reloads. */
const BESIDES = 4_000;
const VIEWERS = Math.min(WANTED, Math.floor((descriptors(2 * WANTED + BESIDES) - BESIDES) / 2));
const DESCRIPTORS = 2 * VIEWERS + BESIDES;
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const PATIENCE_MS = 300_000;

export async function measure(nest) {
  if (process.getuid() !== 0) throw new Skip('so many sockets need root here, to raise the limit of descriptors');
  if (!existsSync(MODULE)) throw new Error(`no ${MODULE}: ./x bench installs it`);
  const cloud = await startCloud(nest, 'cloud', { VITRINE_LADDER: 'source' }, DESCRIPTORS);
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  feed(nest, 'feed', [show.publish]);
  await goLive(cloud, org, show);
  const { slug } = await org('GET', '');
  const [product] = await someProducts(org, 1);
  await org('POST', `/products/${product.id}/variants/${product.variants[0].id}/stock-changes`, { delta: 100_000, reason: 'received' });

  const crowd = await gather(nest, 'ours', { kind: 'ours', http: cloud.http, show: show.id, channel: `/v1/public/channels/${slug}` });
  await sleep(8_000);
  const quiet = await cpuWhile([cloud.pid], () => sleep(10_000));
  const orders = ordersFor([product], SECONDS, 'sale');
  await crowd.count();
  const busy = await cpuWhile([cloud.pid], async () => {
    for (const order of orders) {
      await org('POST', '/orders', order);
      await sleep(1_000);
    }
  });
  const heard = await crowd.count();
  const ours = (busy.cpu / busy.seconds - quiet.cpu / quiet.seconds) * 100;
  const memory = pssOf(cloud.pid);
  crowd.leave();
  say(`ours: ${ours.toFixed(1)} % of a core for sales, ${(quiet.cpu / quiet.seconds * 100).toFixed(1)} % without; ${JSON.stringify(heard)}`);
  // 1 KB more or less decides nothing: what each shopper was told for a sale, or nearly.
  const bytes = Math.max(64, Math.round(heard.bytes / VIEWERS / SECONDS));
  if (heard.frames < VIEWERS) throw new Error(`the shoppers heard nothing: ${JSON.stringify(heard)}`);

  const nchan = await startNchan(nest);
  const subscribers = await gather(nest, 'peer', { kind: 'peer', http: nchan.http, path: '/wait' });
  const message = 'x'.repeat(bytes);
  const peer = await cpuWhile([nchan.pid], async () => {
    for (let n = 0; n < SECONDS; n += 1) {
      await nchan.publish(message);
      await sleep(1_000);
    }
  });
  const theirs = (peer.cpu / peer.seconds) * 100;
  const theirMemory = pssOf(nchan.pid);
  subscribers.leave();
  const how = `${program().build}, ${VIEWERS} shoppers of ${GENERATORS} processes, a sale a second, ${SECONDS} s, ${bytes} bytes to each for a sale, ${heard.reloads} reloads`;
  return [
    { name: names[0], ours, peer: { name: 'nginx_nchan', value: theirs }, goal: 50, how },
    { name: names[1], ours: memory, peer: { name: 'nginx_nchan', value: theirMemory }, goal: 800, how },
  ];
}

/** Connects all shoppers; each is in the show when this answers. */
async function gather(nest, name, where) {
  const { hostname: host, port } = new URL(where.http);
  const generators = Array.from({ length: GENERATORS }, (_, n) => {
    const log = `shoppers-${name}-${n}`;
    const script = join(import.meta.dirname, 'shoppers.mjs');
    const child = nest.start(log, 'prlimit', [`--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, process.execPath, script], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const heard = [];
    child.on('message', (message) => heard.push(message));
    return { child, heard, log };
  });
  const all = (what) => Promise.all(generators.map(({ child, heard, log }) => eventually(`${log}: ${what}`, () => {
    const at = heard.findIndex((one) => one[what] !== undefined || one.error);
    const message = at >= 0 ? heard.splice(at, 1)[0] : null;
    if (message?.error) throw Object.assign(new Error(`${log}: ${message.error}`), { isFinal: true });
    if (child.hasEnded) throw Object.assign(new Error(`${log} ended: ${nest.tail(log)}`), { isFinal: true });
    return message;
  }, PATIENCE_MS)));
  generators.forEach(({ child }, n) => child.send({ connect: { ...where, host, port: Number(port), count: Math.floor(VIEWERS / GENERATORS), net: n + 1 } }));
  await all('connected');
  return {
    /** What all of them heard since they were asked last. */
    count: async () => {
      for (const { child } of generators) child.send({ count: true });
      const told = await all('frames');
      const sum = (what) => told.reduce((total, one) => total + one[what], 0);
      if (sum('lost') > 0) throw new Error(`${sum('lost')} shoppers lost their socket`);
      return { frames: sum('frames'), bytes: sum('bytes'), reloads: sum('reloads') };
    },
    leave: () => generators.forEach(({ child }) => child.kill('SIGTERM')),
  };
}

/** nginx with nchan, one worker: WebSockets at `/wait` are told what is published. */
async function startNchan(nest) {
  const folder = join(nest.folder, 'nchan');
  mkdirSync(folder);
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, `
load_module ${MODULE};
user root;
daemon off;
worker_processes 1;
worker_rlimit_nofile ${DESCRIPTORS};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections ${DESCRIPTORS - 1_000}; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join(' ')}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /wait { nchan_subscriber websocket; nchan_subscriber_first_message newest; nchan_channel_id show; }
    location = /publish { nchan_publisher; nchan_channel_id show; nchan_message_buffer_length 0; }
  }
}
`);
  const child = nest.start('nchan', 'prlimit', [`--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, '/usr/sbin/nginx', '-p', folder, '-c', config, '-e', join(folder, 'error.log')]);
  await eventually('nchan listens', () => {
    if (child.hasEnded) throw Object.assign(new Error(`nchan ended: ${nest.tail('nchan')}`), { isFinal: true });
    return listens('127.0.0.1', port);
  }, 20_000);
  const http = `http://127.0.0.1:${port}`;
  return {
    http,
    pid: child.pid,
    publish: async (body) => {
      const answer = await fetch(`${http}/publish`, { method: 'POST', body });
      if (!answer.ok) throw new Error(`nchan: ${answer.status}`);
    },
  };
}

/** How many descriptors a process may have here, up to `wanted`. */
function descriptors(wanted) {
  if (spawnSync('prlimit', [`--nofile=${wanted}:${wanted}`, 'true']).status === 0) return wanted;
  return Number(execFileSync('prlimit', ['--nofile', '--output=HARD', '--noheadings'], { encoding: 'utf8' }));
}
