// What a shop's page costs the server that asks again what is shown: our snapshot, and nginx with the same bytes in a file.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { cpuOf, familyOf } from './lib/family.mjs';
import { median, ROUNDS, say } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['snapshot_cpu', 'snapshot_unchanged_cpu'];
const SECONDS = Number(process.env.VITRINE_BENCH_REQUESTS_S ?? 8);
const TURNS = 4;
const CONNECTIONS = 16;
const WRK = '/usr/bin/wrk';
const GOAL = 15_000;

export async function measure(nest) {
  if (!existsSync(WRK)) throw new Error(`no ${WRK}: ./x bench installs it`);
  const [cloud, nginx] = [await startCloud(nest), await startNginx(nest)];
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  await org('PATCH', `/shows/${show.id}`, { scheduled_at: new Date(Date.now() + 3_600_000).toISOString() }).catch(() => {});
  await org('POST', `/shows/${show.id}/announce`).catch(() => {});
  const { slug } = await org('GET', '');
  const url = `${cloud.http}/v1/public/channels/${slug}`;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const [body, etag] = [Buffer.from(await answer.arrayBuffer()), answer.headers.get('etag')];
  writeFileSync(join(nginx.folder, 'channel.json'), body);
  const file = `${nginx.http}/channel.json`;
  const fileTag = (await fetch(file)).headers.get('etag');

  const servers = { ours: familyOf(cloud.pid), peer: familyOf(nginx.pid) };
  const whole = { ours: [], peer: [] };
  const same = { ours: [], peer: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [rounds, tags] of [[whole, [null, null]], [same, [etag, fileTag]]]) {
      const [ours, peer] = await perCore([{ pids: servers.ours, url, tag: tags[0] }, { pids: servers.peer, url: file, tag: tags[1] }]);
      rounds.ours.push(ours);
      rounds.peer.push(peer);
      say(`${tags[0] ? 'unchanged' : 'whole'}: ours ${Math.round(ours)}, nginx ${Math.round(peer)} requests for each second of CPU`);
    }
  }
  const figure = (name, { ours, peer }) => ({
    name, ours: median(ours), peer: { name: 'nginx', value: median(peer) }, goal: GOAL, rounds: { ours, peer }, isMoreBetter: true,
    how: [program().build, `${(body.length / 1_000).toFixed(1)} KB`, `${CONNECTIONS} connections`, `${SECONDS} s a round`].join(', '),
  });
  return [figure(names[0], whole), figure(names[1], same)];
}

/** Requests for each second that a server's processes spend on a core, of each server, in turns. */
async function perCore(servers) {
  const spent = servers.map(() => ({ requests: 0, cpu: 0 }));
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [at, { pids, url, tag }] of servers.entries()) {
      const before = cpuOf(pids);
      const header = tag ? ['-H', `If-None-Match: ${tag}`] : [];
      const { stdout } = await promisify(execFile)(WRK, ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS / TURNS}s`, '--timeout', '10s', ...header, url]);
      const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
      if (/Non-2xx|Socket errors/.test(stdout) || !(requests > 0)) throw new Error(`${url}: not every answer is good:\n${stdout}`);
      spent[at].requests += requests;
      spent[at].cpu += cpuOf(pids) - before;
    }
  }
  return spent.map(({ requests, cpu }) => requests / cpu);
}
