// What shows cost that are only passed through: taken in, packaged, kept in a journal and recorded. Ours and nginx's, from the same packets.
import { goLive, hasSegments, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { cpuWhile, pssOf } from './lib/family.mjs';
import { feed, film } from './lib/film.mjs';
import { eventually, median, ROUNDS, say, sleep } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['ingest_cpu', 'show_memory_mb'];
/** Takes minutes. */
export const byDefault = false;
const SHOWS = 5;
/** A round of CPU, in seconds. */
const SECONDS = Number(process.env.VITRINE_BENCH_INGEST_S ?? 60);
/** How long the shows are on air when their memory is read. */
const MEMORY_AFTER_S = Number(process.env.VITRINE_BENCH_MEMORY_AFTER_S ?? 180);
const SETTLE_MS = 5_000;

export async function measure(nest) {
  const { cpu, memory } = await passThrough(nest, SHOWS, { seconds: SECONDS, rounds: ROUNDS, memoryAfter: MEMORY_AFTER_S });
  const how = `${program().build}, ${SHOWS} shows of 1080p30 at 6 Mb/s`;
  const peer = { name: 'nginx_rtmp', value: median(cpu.peer) };
  return [
    { name: names[0], ours: median(cpu.ours), peer, goal: Number(peer.value.toPrecision(3)), rounds: cpu, how: `${how}, ${SECONDS} s a round` },
    { name: names[1], ours: memory.ours / SHOWS, peer: { name: 'nginx_rtmp', value: memory.peer / SHOWS }, goal: 35, how: `${how}, after ${MEMORY_AFTER_S} s` },
  ];
}

/**
 * Puts that many shows on air and sends the same packets to nginx. Answers the CPU of all together in percent of a core, a number for
 * each round, and by how many megabytes of PSS the families have grown since nobody was there.
 */
export async function passThrough(nest, shows, { seconds, rounds, memoryAfter }) {
  film();
  const [cloud, nginx] = [await startCloud(nest, `cloud${shows}`, { VITRINE_LADDER: 'source' }), await startNginx(nest, `nginx${shows}`)];
  const org = await register(cloud);
  await sleep(SETTLE_MS);
  const families = { ours: cloud.pid, peer: nginx.pid };
  const each = (of) => ({ ours: of(families.ours), peer: of(families.peer) });
  const idle = each(pssOf);
  const made = [];
  for (let n = 0; n < shows; n += 1) made.push(await makeShow(cloud, org));
  const feeds = made.map((show, n) => feed(nest, `feed${shows}-${n}`, [show.publish, nginx.publishTo(`show${n}`)]));
  const playlists = [...await Promise.all(made.map((show) => goLive(cloud, org, show))), ...made.map((_show, n) => nginx.playlistOf(`show${n}`))];
  for (const playlist of playlists) await eventually(`${playlist} has segments`, () => hasSegments(playlist));
  const start = Date.now();
  const cpu = { ours: [], peer: [] };
  for (let round = 0; round < rounds; round += 1) {
    // at once: whatever disturbs one disturbs the other
    const [ours, peer] = await Promise.all([families.ours, families.peer].map((pid) => cpuWhile([pid], () => sleep(seconds * 1_000))));
    cpu.ours.push((ours.cpu / ours.seconds) * 100);
    cpu.peer.push((peer.cpu / peer.seconds) * 100);
    say(`${shows} shows: ours ${cpu.ours.at(-1).toFixed(1)} % of a core, nginx ${cpu.peer.at(-1).toFixed(1)} %`);
  }
  await sleep(Math.max(0, memoryAfter * 1_000 - (Date.now() - start)));
  const now = each(pssOf);
  const memory = { ours: now.ours - idle.ours, peer: now.peer - idle.peer };
  say(`${shows} shows: ours ${idle.ours.toFixed(1)} MB idle, ${now.ours.toFixed(1)} MB on air; nginx ${idle.peer.toFixed(1)} and ${now.peer.toFixed(1)} MB`);
  const ended = feeds.findIndex((one) => one.hasEnded);
  if (ended >= 0) throw new Error(`a publisher ended: ${nest.tail(`feed${shows}-${ended}`)}`);
  for (const playlist of playlists) if (!(await hasSegments(playlist))) throw new Error(`${playlist} has no segments any more`);
  for (const one of [...feeds, cloud.child, nginx.child]) one.kill('SIGTERM');
  return { cpu, memory };
}
