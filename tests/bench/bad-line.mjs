// How often the picture stands on a bad line: the widget's player as it is, the same further behind, and nginx's HLS.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './lib/cloud.mjs';
import { makeLine } from './lib/line.mjs';
import { ROUNDS, say, sleep } from './lib/nest.mjs';

export const names = ['glass_bad_line_stalls'];
/** Takes minutes. */
export const byDefault = false;
const LINE = { rate: '3mbit', delayMs: 40, jitterMs: 20, lossPercent: 1 };
const SECONDS = Number(process.env.VITRINE_BENCH_BAD_LINE_S ?? 60);
/** Stalls a minute that a shopper may have beyond those of a player that stays further behind. */
const MORE = 0.5;

export async function measure(nest) {
  const line = await makeLine(nest, LINE);
  const answer = join(nest.folder, 'plays.json');
  // Servers and publisher are at the near end, in a process of their own; the browser is at the far end.
  const [start, ...before] = line.atNear;
  const desk = nest.start('desk', start, [...before, process.execPath, join(import.meta.dirname, 'bad-line-desk.mjs')], {
    env: {
      ...process.env,
      VITRINE_BENCH_NEST: nest.folder,
      BENCH: JSON.stringify({ host: line.nearIp, chromium: line.farProgram(process.env.VITRINE_CHROMIUM ?? '/usr/bin/chromium'), answer, rounds: ROUNDS, seconds: SECONDS }),
    },
  });
  nest.alsoEnd(`VITRINE_BENCH_NEST=${nest.folder}`);
  while (!desk.hasEnded) await sleep(300);
  if (!existsSync(answer)) throw new Error(`not measured: ${nest.tail('desk', 40)}`);
  const { plays, version } = JSON.parse(readFileSync(answer, 'utf8'));
  const aMinute = (list, what = 'stalls') => (list.reduce((sum, one) => sum + one[what], 0) / list.reduce((sum, one) => sum + one.played, 0)) * 60;
  for (const [who, list] of Object.entries(plays)) {
    say(`${who}: ${aMinute(list).toFixed(2)} stalls a minute, ${aMinute(list, 'stood').toFixed(2)} s of a minute; ${list.map((one) => `${one.stalls} in ${one.played.toFixed(0)} s at ${one.latency?.toFixed(2)} s`).join(', ')}`);
  }
  const { widget, behind, nginx } = plays;
  const rounds = { ours: widget.map((one) => aMinute([one])), peer: behind.map((one) => aMinute([one])) };
  return [{
    name: names[0],
    ours: aMinute(widget),
    peer: { name: 'hold-back_1_s', value: aMinute(behind) },
    goal: Number((aMinute(behind) + MORE).toFixed(2)),
    rounds,
    how: `${program().build}, Chromium ${version}, ${SECONDS} s a round, ${LINE.rate}, ${LINE.delayMs} ± ${LINE.jitterMs} ms a way, ${LINE.lossPercent} % lost, ${line.congestion}; nginx's HLS ${aMinute(nginx).toFixed(2)}`,
  }];
}
