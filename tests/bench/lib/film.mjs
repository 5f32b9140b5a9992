// A broadcaster's packets from a file: 1080p at 30 frames a second, 6 Mb/s, with B-frames, in real time and without end.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from './nest.mjs';

export const FPS = 30;
/** Seconds of a GOP. */
export const GOP_S = 2;
/** A whole number of GOPs and of AAC frames, so that the loop has no seam. */
const SECONDS = 16;
/** An encoder of AAC puts one frame in front. */
const SOUND_S = SECONDS - 1_024 / 48_000;

let made = null;

/** The file, encoded once in a run and taken away at its end. Shapes that move, and grain, as a camera in a dim room has it; the colours are named, as OBS names them. */
export function film() {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-film-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'film.flv');
  say('encoding the film');
  execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error',
    '-f', 'lavfi', '-i', `testsrc2=size=1920x1080:rate=${FPS}:duration=${SECONDS},noise=alls=12:allf=t`,
    '-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${SOUND_S}`,
    '-c:v', 'libx264', '-preset', 'superfast', '-profile:v', 'high', '-bf', '2', '-b_strategy', '0', '-pix_fmt', 'yuv420p',
    '-b:v', '6000k', '-maxrate', '6000k', '-bufsize', '6000k', '-g', `${GOP_S * FPS}`, '-keyint_min', `${GOP_S * FPS}`, '-sc_threshold', '0',
    '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv',
    '-c:a', 'aac', '-b:a', '160k', '-ac', '2', file]);
  made = file;
  return file;
}

/** Sends the film's packets to each address until the nest ends. */
export function feed(nest, name, urls) {
  return nest.start(name, 'ffmpeg', ['-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', film(), '-c', 'copy', '-flags', '+global_header',
    '-f', 'tee', '-map', '0', urls.map((url) => `[f=flv:flvflags=no_duration_filesize]${url}`).join('|')]);
}
