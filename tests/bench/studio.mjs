// What the studio's window costs on air, beside OBS Studio that sends the same film with the same lower third from the same screen.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeShow, register, startCloud } from './lib/cloud.mjs';
import { freePort, median, ROUNDS, say, sleep } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';
import { buildOf, upToDate } from './lib/program.mjs';

export const names = ['studio_cpu', 'studio_memory_mb'];
/** Takes minutes, and a machine of its own. */
export const byDefault = false;
const ROOT = join(import.meta.dirname, '../..');
const SECONDS = Number(process.env.VITRINE_BENCH_STUDIO_S ?? 30);

export async function measure(nest) {
  const studio = process.env.VITRINE_BENCH_STUDIO ?? '';
  upToDate(studio);
  if (!existsSync('/usr/bin/obs')) throw new Error('no /usr/bin/obs: ./x bench installs it');
  // Both send to nginx, which keeps what arrives and passes it on: the cloud must see the show that goes live.
  const ingest = `127.0.0.1:${await freePort()}`;
  const nginx = await startNginx(nest, 'sink', { record: true, pushTo: ingest });
  const cloud = await startCloud(nest, 'cloud', { VITRINE_RTMP_LISTEN: ingest, VITRINE_RTMP_PUBLIC_URL: nginx.server, VITRINE_LADDER: 'source' });
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  const film = join(nest.folder, 'film.mp4');
  execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000',
    '-t', '60', '-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '2500k', '-g', '60', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2', film]);
  const answer = join(nest.folder, 'studio.json');
  const desk = nest.start('desk', 'bash', [
    join(ROOT, 'tests/rig/webdriver.sh'), '--keyring', '--driver', process.env.VITRINE_TAURI_DRIVER ?? 'tauri-driver',
    '--', process.execPath, join(import.meta.dirname, 'studio-desk.mjs'),
  ], {
    env: {
      ...process.env,
      VITRINE_DEMO_RUN_FILE: join(nest.folder, 'no-demo.json'),
      BENCH: JSON.stringify({ studio, film, answer, seconds: SECONDS, rounds: ROUNDS, cloud: cloud.http, show, server: nginx.server, recordings: nginx.recordings, folder: nest.folder }),
    },
  });
  while (!desk.hasEnded) await sleep(300);
  if (!existsSync(answer)) throw new Error(`not measured: ${nest.tail('desk', 40)}`);
  const { ours, obs, version } = JSON.parse(readFileSync(answer, 'utf8'));
  say(`ours: ${JSON.stringify(ours)}\nobs: ${JSON.stringify(obs)}`);
  const figure = (name, of, limit) => {
    const rounds = { ours: ours.map(of), peer: obs.map(of) };
    const peer = { name: 'obs', value: median(rounds.peer) };
    return { name, ours: median(rounds.ours), peer, goal: Number((limit * peer.value).toPrecision(3)), rounds, how: `${buildOf(studio)}, OBS ${version}, ${SECONDS} s a round` };
  };
  return [figure(names[0], (round) => (round.cpu * 1_000) / round.frames, 0.7), figure(names[1], (round) => round.memory, 1.1)];
}
