// Ten thousand viewers whose players wait for the same next part: what they weigh, and when the last has its answer. The peer holds as
// many long polls and wakes them with the same bytes.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goLive, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { pssOf } from './lib/family.mjs';
import { feed, GOP_S } from './lib/film.mjs';
import { eventually, freePort, median, ROUNDS, say, sleep } from './lib/nest.mjs';
import { listens } from './lib/nginx.mjs';

export const names = ['blocked_requests_memory_mb', 'blocked_requests_last_s'];
const VIEWERS = Number(process.env.VITRINE_BENCH_VIEWERS ?? 10_000);
/** Segments that players may ask ahead of the one that is being made. */
const AHEAD = 2;
/** What servers may take to read all requests. */
const SETTLE_MS = 1_500;
/** Processes that hold the viewers' ends. */
const GENERATORS = 2;
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const PATIENCE_MS = 120_000;

export async function measure(nest) {
  const cloud = await startCloud(nest, 'cloud', { VITRINE_LADDER: 'source' });
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  feed(nest, 'feed', [show.publish]);
  await goLive(cloud, org, show);
  const path = `/live/${show.id}/source/index.m3u8`;
  const nchan = await startNchan(nest);

  const rounds = { memory: { ours: [], peer: [] }, last: { ours: [], peer: [] } };
  for (let round = 0; round < ROUNDS; round += 1) {
    const list = await text(cloud.http + path);
    for (const whose of ['ours', 'peer']) {
      const server = whose === 'ours' ? { http: cloud.http, pid: cloud.pid, path } : { http: nchan.http, pid: nchan.pid, path: '/list' };
      if (whose === 'peer') await nchan.keep(list);
      const crowd = await gather(nest, `${whose}${round}`, server);
      if (whose === 'ours') await crowd.ask(`${path}?_HLS_msn=${await justBegun(cloud.http + path) + AHEAD}&_HLS_part=0`);
      else await crowd.ask('/wait');
      await sleep(SETTLE_MS);
      rounds.memory[whose].push(pssOf(server.pid));
      const weighed = Date.now();
      if (whose === 'peer') await nchan.publish(list);
      const { first, seconds } = await crowd.answered();
      if (first < weighed) throw new Error(`${whose}: the first answer came ${weighed - first} ms before the waiting ones were weighed`);
      rounds.last[whose].push(seconds);
      crowd.leave();
      say(`${whose}: ${VIEWERS} waiting requests, ${rounds.memory[whose].at(-1).toFixed(1)} MB, the last answer ${seconds.toFixed(2)} s after the first`);
    }
  }
  const how = `${program().build}, ${VIEWERS} requests from ${GENERATORS} processes, playlist of ${((await text(cloud.http + path)).length / 1_000).toFixed(1)} KB`;
  const figure = (name, { ours, peer }, goal) => ({ name, ours: median(ours), peer: { name: 'nginx_nchan', value: median(peer) }, goal, rounds: { ours, peer }, how });
  return [figure(names[0], rounds.memory, 400), figure(names[1], rounds.last, 1)];
}

/** The number of the segment that is being made, when it has just begun. */
async function justBegun(playlist) {
  const newest = async () => {
    const list = await text(playlist);
    return Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(list)?.[1]) + list.split('#EXTINF').length - 2;
  };
  const before = await newest();
  const now = await eventually('a segment ends', async () => {
    const number = await newest();
    return number > before && number;
  }, GOP_S * 5_000);
  // its first part is there, so that one more may be asked for
  await sleep(GOP_S * 200);
  return now + 1;
}

/** Connects all viewers, and has each get the path once. */
async function gather(nest, name, { http, path }) {
  const { hostname: host, port } = new URL(http);
  const generators = [];
  for (let n = 0; n < GENERATORS; n += 1) {
    const child = nest.start(`viewers-${name}-${n}`, process.execPath, [join(import.meta.dirname, 'waiters.mjs')], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const heard = [];
    child.on('message', (message) => heard.push(message));
    generators.push({ child, heard, name: `viewers-${name}-${n}` });
  }
  const told = ({ child, heard, name }, what) => eventually(`${name}: ${what}`, () => {
    const message = heard.find((one) => one[what] !== undefined || one.error);
    if (message?.error) throw Object.assign(new Error(`${name}: ${message.error}`), { isFinal: true });
    if (child.hasEnded) throw Object.assign(new Error(`${name} ended: ${nest.tail(name)}`), { isFinal: true });
    return message;
  }, PATIENCE_MS);
  const all = async (what) => Promise.all(generators.map((one) => told(one, what)));
  generators.forEach(({ child }, n) => child.send({ connect: { host, port: Number(port), count: share(n), path, net: n + 1 } }));
  await all('connected');
  return {
    ask: async (path) => {
      for (const { child } of generators) child.send({ ask: path });
      await all('asked');
    },
    /** When the first answer came, and the seconds from it to the last; everybody must have one. */
    answered: async () => {
      const answers = await all('answered');
      const count = answers.reduce((sum, one) => sum + one.answered, 0);
      if (count !== VIEWERS) throw new Error(`${name}: ${count} of ${VIEWERS} were answered; the others: ${answers.flatMap((one) => one.refused).join(', ')}`);
      const first = Math.min(...answers.map((one) => one.first));
      return { first, seconds: (Math.max(...answers.map((one) => one.last)) - first) / 1_000 };
    },
    leave: () => generators.forEach(({ child }) => child.kill('SIGTERM')),
  };
}

const share = (n) => Math.floor(VIEWERS / GENERATORS) + (n < VIEWERS % GENERATORS ? 1 : 0);

/** nginx with the module nchan, one worker: `/list` answers, `/wait` waits for what is published next. */
async function startNchan(nest) {
  if (!existsSync(MODULE)) throw new Error(`no ${MODULE}: ./x bench installs it`);
  const folder = join(nest.folder, 'nchan');
  mkdirSync(folder);
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, `
load_module ${MODULE};
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
worker_rlimit_nofile ${VIEWERS + 1_000};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections ${VIEWERS + 1_000}; }
http {
  access_log off;
  keepalive_timeout 300s;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join(' ')}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /list { alias ${folder}/list.m3u8; }
    location = /wait { nchan_subscriber longpoll; nchan_subscriber_first_message newest; nchan_subscriber_timeout 120; nchan_channel_id show; }
    location = /publish { nchan_publisher; nchan_channel_id show; nchan_message_buffer_length 0; }
  }
}
`);
  const child = nest.start('nchan', '/usr/sbin/nginx', ['-p', folder, '-c', config, '-e', join(folder, 'error.log')]);
  await eventually('nchan listens', () => {
    if (child.hasEnded) throw Object.assign(new Error(`nchan ended: ${nest.tail('nchan')}`), { isFinal: true });
    return listens('127.0.0.1', port);
  }, 20_000);
  const http = `http://127.0.0.1:${port}`;
  return {
    http,
    pid: child.pid,
    keep: (list) => writeFileSync(join(folder, 'list.m3u8'), list),
    publish: async (list) => {
      const answer = await fetch(`${http}/publish`, { method: 'POST', body: list, headers: { 'content-type': 'application/vnd.apple.mpegurl' } });
      if (!answer.ok) throw new Error(`nchan: ${answer.status}`);
    },
  };
}

async function text(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}
