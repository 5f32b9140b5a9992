// How far picture and sound of one moment are apart where they arrive, over ten minutes with a sound card whose clock is off.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { offsets } from './lib/lip.mjs';
import { say, sleep } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';
import { upToDate } from './lib/program.mjs';

export const names = ['studio_av_offset_ms'];
/** Takes ten minutes. */
export const byDefault = false;
const SECONDS = Number(process.env.VITRINE_BENCH_AV_S ?? 600);
/** A cheap sound card. */
const SOUND_PPM = 200;
/** What a start may need to find its time. */
const SETTLE_FLASHES = 5;

export async function measure(nest) {
  const program = upToDate(join(process.env.VITRINE_BENCH_EXAMPLES ?? '', 'flash_and_beep'));
  const nginx = await startNginx(nest, 'lip', { record: true });
  const args = [String(SECONDS), String(SOUND_PPM)];
  const ours = nest.start('ours', program, [nginx.publishTo('ours'), ...args]);
  const peer = nest.start('peer', process.execPath, [join(import.meta.dirname, 'flasher.mjs'), nginx.publishTo('peer'), ...args]);
  say(`studio_av_offset_ms: ${SECONDS} s, both at once`);
  const until = Date.now() + (SECONDS + 60) * 1_000;
  while (!(ours.hasEnded && peer.hasEnded)) {
    if (Date.now() > until) throw new Error(`it does not end: ${nest.tail('ours')} ${nest.tail('peer')}`);
    await sleep(500);
  }
  await sleep(1_000);
  const of = (key) => {
    const file = readdirSync(nginx.recordings).find((name) => name.startsWith(key));
    const all = file ? offsets(join(nginx.recordings, file)).slice(SETTLE_FLASHES) : [];
    if (all.length < SECONDS * 0.9 - SETTLE_FLASHES - 5) throw new Error(`${key}: only ${all.length} flashes with a beep: ${nest.tail(key)}`);
    say(`${key}: ${all.length} pairs; first ${round(all[0])} ms, last ${round(all.at(-1))} ms, worst ${round(worst(all))} ms, 95 of 100 within ${round(within(all))} ms`);
    return within(all);
  };
  return [{
    name: names[0],
    ours: of('ours'),
    peer: { name: 'ffmpeg', value: of('peer') },
    goal: 40,
    how: `${/\/release\//.test(program) ? 'release' : 'debug'} build, ${SECONDS} s, sound clock ${SOUND_PPM} ppm fast`,
  }];
}

const round = (ms) => ms.toFixed(1);
const worst = (all) => all.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0);
/** 95 of 100 pairs are no further apart. */
const within = (all) => all.map(Math.abs).sort((a, b) => a - b)[Math.ceil(all.length * 0.95) - 1];
