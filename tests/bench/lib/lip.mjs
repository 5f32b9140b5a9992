// How far flash and beep of one moment are apart in a recording.
import { execFileSync } from 'node:child_process';

/** Milliseconds by which each beep comes after its flash; those that have no partner within half a second are left out. */
export function offsets(file) {
  const flashes = onsets(values(file, 'v', 'scale=16:16,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-'));
  const beeps = onsets(
    values(file, 'a', 'aformat=channel_layouts=mono:sample_rates=48000,asetnsamples=96,astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.Peak_level:file=-')
      .map(([at, db]) => [at, 10 ** (db / 20)]),
  );
  const apart = [];
  for (const flash of flashes) {
    const near = beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), Number.POSITIVE_INFINITY);
    if (Math.abs(near - flash) < 500) apart.push(near - flash);
  }
  return apart;
}

/** `[milliseconds, value]` of each picture or piece of sound, as a filter of ffmpeg's prints them. */
function values(file, kind, filter) {
  const text = execFileSync(
    'ffmpeg',
    ['-nostdin', '-loglevel', 'error', '-copyts', '-i', file, '-map', `0:${kind}:0`, kind === 'v' ? '-vf' : '-af', filter, '-f', 'null', '-'],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  const found = [];
  let at = Number.NaN;
  for (const line of text.split('\n')) {
    const time = /pts_time:([\d.-]+)/.exec(line);
    if (time) at = Number(time[1]) * 1_000;
    else if (line.startsWith('lavfi.')) found.push([at, Number(line.slice(line.indexOf('=') + 1).replace('-inf', '-200'))]);
  }
  return found;
}

/** When a value rises above its middle, once in 400 ms. */
function onsets(values) {
  const all = values.map(([, value]) => value);
  const middle = (all.reduce((a, b) => Math.max(a, b)) + all.reduce((a, b) => Math.min(a, b))) / 2;
  const found = [];
  for (let n = 1; n < values.length; n += 1) {
    const rises = values[n - 1][1] < middle && values[n][1] >= middle;
    if (rises && (found.length === 0 || values[n][0] - found.at(-1) > 400)) found.push(values[n][0]);
  }
  return found;
}
