// What the ladder of one 1080p show costs and how good its pictures are, beside one ffmpeg that makes the same cascade with the same settings.
import { execFileSync } from 'node:child_process';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goLive, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { cpuWhile, familyOf, pssOf } from './lib/family.mjs';
import { feed, film, FPS, GOP_S } from './lib/film.mjs';
import { eventually, median, ROUNDS, say, sleep } from './lib/nest.mjs';

export const names = ['ladder_cpu', 'ladder_ssim', 'encoder_memory_mb'];
/** Takes minutes, and a machine of its own. */
export const byDefault = false;
const SECONDS = Number(process.env.VITRINE_BENCH_LADDER_S ?? 30);
/** Seconds of pictures that are compared. */
const COMPARED_S = Number(process.env.VITRINE_BENCH_SSIM_S ?? 12);
/** What the ladder may have; what the program doesn't offer yet is left out on both sides. */
const RUNGS = [
  { name: '720p', width: 1280, height: 720, kbps: 2500 },
  { name: '480p', width: 854, height: 480, kbps: 1200 },
  { name: '360p', width: 640, height: 360, kbps: 700 },
];
const SETTLE_MS = 4_000;
const MEMORY_GOAL_MB = 200;
/** An encoder that leaves out pictures is cheap: so many of those due must be there. */
const LEAST_PICTURES = 0.97;

export async function measure(nest) {
  film();
  const rungs = offered();
  const ladder = ['source', ...rungs.map((rung) => rung.name)].join();
  say(`ladder: ${ladder}`);
  const cloud = await startCloud(nest, 'cloud', { VITRINE_LADDER: ladder });
  const org = await register(cloud);
  const show = await makeShow(cloud, org);

  const rounds = { ours: [], peer: [] };
  const memory = { ours: [], peer: [] };
  let pictures = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const publisher = feed(nest, `feed${round}`, [show.publish]);
    if (round === 0) await goLive(cloud, org, show);
    const encoder = await eventually('the encoder runs', () => familyOf(cloud.pid).find(isEncoder));
    await eventually('all rungs have segments', async () => (await Promise.all(rungs.map((rung) => segments(cloud, show, rung.name)))).every((list) => list.length > 2));
    const ffmpeg = nest.start(`ffmpeg${round}`, 'ffmpeg', [...FFMPEG, '-re', '-stream_loop', '-1', '-i', film(), ...cascade(rungs, () => ['-f', 'null', '-'])]);
    await sleep(SETTLE_MS);
    // at once: whatever disturbs one disturbs the other
    const [ours, peer] = await Promise.all([encoder, ffmpeg.pid].map((pid) => cpuWhile([pid], () => sleep(SECONDS * 1_000))));
    memory.ours.push(pssOf(encoder));
    memory.peer.push(pssOf(ffmpeg.pid));
    if (publisher.hasEnded) throw new Error(`the publisher ended: ${nest.tail(`feed${round}`)}`);
    if (ffmpeg.hasEnded) throw new Error(`ffmpeg ended: ${nest.tail(`ffmpeg${round}`)}`);
    ffmpeg.kill('SIGTERM');
    await eventually('ffmpeg ends', () => ffmpeg.hasEnded);
    rounds.ours.push(ours.cpu / ours.seconds);
    rounds.peer.push(peer.cpu / peer.seconds);
    pictures = await fetchPictures(nest, cloud, show, rungs);
    publisher.kill('SIGTERM');
    await eventually('the encoder ends or rests', () => publisher.hasEnded);
    say(`ladder: ours ${rounds.ours.at(-1).toFixed(3)}, ffmpeg ${rounds.peer.at(-1).toFixed(3)} CPU seconds for each second of the source; ${memory.ours.at(-1).toFixed(0)} and ${memory.peer.at(-1).toFixed(0)} MB`);
  }

  peerPictures(pictures.source, rungs, (rung) => join(nest.folder, `peer-${rung.name}.mkv`));
  const compared = rungs.map((rung) => ({
    rung: rung.name,
    ours: ssim(nest, rung, pictures[rung.name], pictures.source),
    peer: ssim(nest, rung, join(nest.folder, `peer-${rung.name}.mkv`), pictures.source),
  }));
  const text = compared.map(({ rung, ours, peer }) => `${rung} ${ours.toFixed(4)} / ${peer.toFixed(4)}`).join(', ');
  say(`ssim: ${text}`);
  const worst = compared.reduce((a, b) => (a.ours - a.peer <= b.ours - b.peer ? a : b));
  const peer = median(rounds.peer);
  const how = `${program().build}, ${rungs.map((rung) => rung.name).join(', ')} of 1080p30 at 6 Mb/s`;
  return [
    { name: names[0], ours: median(rounds.ours), peer: { name: 'ffmpeg', value: peer }, goal: Number(peer.toPrecision(3)), rounds, how: `${how}, ${SECONDS} s a round`, digits: 3 },
    {
      name: names[1], ours: worst.ours, peer: { name: 'ffmpeg', value: worst.peer }, goal: Number((worst.peer - 0.003).toFixed(4)), isMoreBetter: true, digits: 4,
      how: `${how}; ours / ffmpeg: ${text}; the rung that is furthest behind counts`,
    },
    { name: names[2], ours: median(memory.ours), peer: { name: 'ffmpeg', value: median(memory.peer) }, goal: MEMORY_GOAL_MB, rounds: memory, how: `${how}, after ${SECONDS} s`, digits: 1 },
  ];
}

/** Those of ours that the program knows. */
function offered() {
  const help = execFileSync(program().path, ['serve', '--help'], { encoding: 'utf8' });
  const rungs = RUNGS.filter((rung) => new RegExp(`^\\s+- ${rung.name}\\b`, 'm').test(help));
  if (rungs.length === 0) throw new Error('the program offers no rung that is encoded');
  return rungs;
}

function isEncoder(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('encoder');
  } catch {
    return false;
  }
}

const playlistOf = (cloud, show, rung) => `${cloud.http}/live/${show.id}/${rung}/index.m3u8`;

/** Addresses of a rung's whole segments, oldest first. */
async function segments(cloud, show, rung) {
  const playlist = playlistOf(cloud, show, rung);
  return [...(await (await get(playlist)).text()).matchAll(/^[^#\n].*seg(\d+)\.m4s$/gm)].map(([uri, msn]) => ({ msn: Number(msn), url: new URL(uri, playlist).href }));
}

/** The same moments of the source and of each rung, as files; a rung that lacks pictures is an error. */
async function fetchPictures(nest, cloud, show, rungs) {
  const all = ['source', ...rungs.map((rung) => rung.name)];
  const lists = await Promise.all(all.map((name) => segments(cloud, show, name)));
  const common = lists[0].map((one) => one.msn).filter((msn) => lists.every((list) => list.some((one) => one.msn === msn))).slice(-Math.ceil(COMPARED_S / GOP_S));
  if (common.length < 3) throw new Error(`only segments ${common.join(', ')} are on all rungs`);
  const files = {};
  for (const [n, name] of all.entries()) {
    files[name] = join(nest.folder, `${name}.mp4`);
    const playlist = playlistOf(cloud, show, name);
    const init = new URL(/#EXT-X-MAP:URI="([^"]+)"/.exec(await (await get(playlist)).text())[1], playlist);
    const out = createWriteStream(files[name]);
    for (const url of [init, ...lists[n].filter((one) => common.includes(one.msn)).map((one) => one.url)]) out.write(Buffer.from(await (await get(url)).arrayBuffer()));
    await new Promise((resolve) => out.end(resolve));
    const count = countPictures(files[name]);
    if (count < LEAST_PICTURES * common.length * GOP_S * FPS) throw new Error(`${name}: ${count} pictures in ${common.length * GOP_S} s: the machine is too slow, its cost says nothing`);
  }
  return files;
}

const countPictures = (file) => Number(/\d+/.exec(execFileSync('ffprobe', ['-loglevel', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file], { encoding: 'utf8' })));

async function get(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

/** ffmpeg's arguments for the cascade: each rung is scaled from the one above it, and encoded as ours are. */
function cascade(rungs, out) {
  const steps = rungs.map((rung, n) => `[${n === 0 ? '0:v' : `s${n - 1}`}]scale=${rung.width}:${rung.height}:flags=bilinear${n < rungs.length - 1 ? `,split[v${n}][s${n}]` : `[v${n}]`}`);
  return ['-filter_complex', steps.join(';'), ...rungs.flatMap((rung, n) => [
    '-map', `[v${n}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', 'main', '-threads', '1', '-bf', '0',
    '-b:v', `${rung.kbps}k`, '-maxrate', `${rung.kbps}k`, '-bufsize', `${rung.kbps}k`, '-g', '100000', '-sc_threshold', '0', '-force_key_frames', 'source', ...out(rung),
  ])];
}

const FFMPEG = ['-nostdin', '-y', '-loglevel', 'error', '-filter_complex_threads', '1', '-threads', '1'];

/** A third of a picture in units of 1/90000 s: files that count in milliseconds may say that a picture comes before its own source. */
const ROUNDING = Math.round(90_000 / FPS / 3);

function peerPictures(source, rungs, fileOf) {
  execFileSync('ffmpeg', [...FFMPEG, '-copyts', '-i', source, ...cascade(rungs, (rung) => ['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'matroska', fileOf(rung)])]);
}

/** The mean over all pictures but those of the first GOP, in which the peer has only begun; held against the source, scaled bicubically. */
function ssim(nest, rung, file, source) {
  const log = join(nest.folder, 'ssim.log');
  writeFileSync(log, '');
  execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', '-copyts', '-i', file, '-copyts', '-i', source, '-filter_complex',
    `[1:v]scale=${rung.width}:${rung.height}:flags=bicubic,settb=1/90000[r];[0:v]settb=1/90000,setpts=PTS+${ROUNDING}[o];[o][r]ssim=stats_file=${log}:shortest=1`, '-f', 'null', '-']);
  const values = [...readFileSync(log, 'utf8').matchAll(/All:([\d.]+)/g)].map(([, value]) => Number(value)).slice(GOP_S * FPS);
  if (values.length < GOP_S * FPS) throw new Error(`${rung.name}: only ${values.length} pictures could be compared`);
  return values.reduce((a, b) => a + b) / values.length;
}
