// What a viewer's request costs the server when the answer is at hand: a part and a playlist, ours from the edge's cache, nginx's from a file.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { goLive, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { cpuOf, familyOf } from './lib/family.mjs';
import { feed } from './lib/film.mjs';
import { eventually, median, ROUNDS, say } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['part_cpu', 'playlist_cpu'];
const SECONDS = Number(process.env.VITRINE_BENCH_REQUESTS_S ?? 8);
/** A round alternates between the two as often: a machine that others share has better and worse seconds. */
const TURNS = 4;
const CONNECTIONS = 16;
/** A part of 0.21 s with its key frame. */
const PART_BYTES = 225_000;
const WRK = '/usr/bin/wrk';
/** After some seconds a moment's playlist is the newest one, which may be a little shorter. */
const WHOLE = 0.9;

export async function measure(nest) {
  if (!existsSync(WRK)) throw new Error(`no ${WRK}: ./x bench installs it`);
  const [cloud, nginx] = [await startCloud(nest, 'cloud', { VITRINE_LADDER: 'source' }), await startNginx(nest)];
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  feed(nest, 'feed', [show.publish]);
  await goLive(cloud, org, show);
  const playlist = `${cloud.http}/live/${show.id}/source/index.m3u8`;
  const servers = { ours: [cloud.pid], peer: familyOf(nginx.pid) };

  const part = { ours: [], peer: [] };
  const list = { ours: [], peer: [] };
  const readByNginx = [];
  let sizes = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    // Fresh ones each round, so that the edge has them in its cache all the time.
    const chosen = await aPart(playlist);
    const newest = await aReload(playlist);
    sizes = `part of ${Math.round(chosen.body.length / 1_000)} KB, playlist of ${(newest.body.length / 1_000).toFixed(1)} KB`;
    for (const [figure, rounds, name] of [[chosen, part, 'part.m4s'], [newest, list, 'list.m3u8']]) {
      writeFileSync(join(nginx.folder, name), figure.body);
      const ours = { pids: servers.ours, url: figure.url };
      const peer = { pids: servers.peer, url: `${nginx.http}/${name}` };
      const [byUs, byPeer] = await requestsPerCore([ours, peer], figure.body.length);
      rounds.ours.push(byUs);
      rounds.peer.push(byPeer);
      say(`${name}: ours ${Math.round(rounds.ours.at(-1))}, nginx ${Math.round(rounds.peer.at(-1))} requests for each second of CPU`);
    }
    readByNginx.push(...(await requestsPerCore([{ pids: servers.peer, url: `${nginx.http}/read/part.m4s` }], chosen.body.length)));
  }
  const sendfile = `nginx without sendfile ${Math.round(median(readByNginx))}`;
  const figure = (name, rounds, share, beside = []) => {
    const peer = { name: 'nginx', value: median(rounds.peer) };
    const how = [program().build, sizes, `${CONNECTIONS} connections`, `${SECONDS} s a round`, ...beside].join(', ');
    return { name, ours: median(rounds.ours), peer, goal: Math.round(share * peer.value), rounds, how, isMoreBetter: true };
  };
  return [figure(names[0], part, 0.9, [sendfile]), figure(names[1], list, 1)];
}

/** The part, of those that the playlist names, whose size is nearest to the wanted: within a fifth of it. */
async function aPart(playlist) {
  const off = (one) => Math.abs(one.body.length - PART_BYTES);
  return eventually('there is a part of about the wanted size', async () => {
    const text = (await get(playlist)).body.toString();
    const urls = [...text.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)].map(([, uri]) => new URL(uri, playlist).href);
    const parts = [];
    for (const url of urls) parts.push(await get(url));
    const nearest = parts.reduce((best, one) => (off(one) < off(best) ? one : best));
    return off(nearest) <= PART_BYTES / 5 && nearest;
  });
}

/** The playlist as a player asks for it that has the part before the newest: the edge keeps that for some seconds. */
async function aReload(playlist) {
  return eventually('the playlist answers', async () => {
    const text = (await get(playlist)).body.toString();
    const msn = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]) + text.split('#EXTINF').length - 1;
    return get(`${playlist}?_HLS_msn=${msn}&_HLS_part=0`);
  });
}

async function get(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return { url, body: Buffer.from(await answer.arrayBuffer()) };
}

/** Requests for each second that a server's processes, without those below them, spend on a core, of each server. */
async function requestsPerCore(servers, bytes) {
  const spent = servers.map(() => ({ requests: 0, cpu: 0 }));
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [at, { pids, url }] of servers.entries()) {
      const before = cpuOf(pids);
      spent[at].requests += await ask(url, bytes, SECONDS / TURNS);
      spent[at].cpu += cpuOf(pids) - before;
    }
  }
  return spent.map(({ requests, cpu }) => requests / cpu);
}

/** How often `url` was answered in so many seconds; every answer must be whole. */
async function ask(url, bytes, seconds) {
  const { stdout } = await promisify(execFile)(WRK, ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '10s', url]);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const [, amount, unit] = /requests in [^,]+, ([\d.]+)(\wB) read/.exec(stdout) ?? [];
  const read = Number(amount) * { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 }[unit];
  const trouble = /Non-2xx|Socket errors/.test(stdout);
  if (trouble || !(requests > 0) || read < requests * bytes * WHOLE) throw new Error(`${url}: not every answer is whole:\n${stdout}`);
  return requests;
}
