// flasher.mjs URL SECONDS SOUND-PPM - ffmpeg, fed by a camera that flashes and a sound card that beeps at the same moments, both stamped by the
// wall clock and the sound stretched to it; the sound card's clock runs SOUND-PPM millionths fast.
import { spawn } from 'node:child_process';

const [url, seconds, ppm] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const [WIDTH, HEIGHT, FPS] = [640, 360, 30];
const RATE = 48_000 * (1 + ppm / 1e6);
const [FLASH_S, BEEP_HZ] = [0.1, 1_000];

const ffmpeg = spawn(
  'ffmpeg',
  ['-loglevel', 'error',
    '-use_wallclock_as_timestamps', '1', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${WIDTH}x${HEIGHT}`, '-framerate', `${FPS}`, '-i', 'pipe:0',
    '-use_wallclock_as_timestamps', '1', '-f', 's16le', '-ar', '48000', '-ac', '1', '-i', 'pipe:3',
    '-copyts', '-start_at_zero', '-af', 'aresample=async=1', '-map', '0:v', '-map', '1:a', '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '800k', '-g', `${2 * FPS}`, '-bf', '0',
    '-c:a', 'aac', '-b:a', '96k', '-f', 'flv', '-flvflags', 'no_duration_filesize', url],
  { stdio: ['pipe', 'inherit', 'inherit', 'pipe'] },
);
ffmpeg.on('exit', (code) => process.exit(code ?? 1));
const [pictures, sound] = [ffmpeg.stdin, ffmpeg.stdio[3]];
for (const pipe of [pictures, sound]) pipe.on('error', () => {}); // it has ended; the exit says so
for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => ffmpeg.kill('SIGKILL') && process.exit(0));

const picture = (luma) => Buffer.concat([Buffer.alloc(WIDTH * HEIGHT, luma), Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
const [dark, light] = [picture(40), picture(235)];
const start = performance.now();
let [shown, heard] = [0, 0];
const timer = setInterval(() => {
  const now = (performance.now() - start) / 1_000;
  if (now > seconds) {
    clearInterval(timer);
    pictures.end();
    sound.end();
    return;
  }
  if (Math.floor(now * FPS) >= shown) {
    shown = Math.floor(now * FPS) + 1;
    if (!pictures.writableNeedDrain) pictures.write(now % 1 < FLASH_S ? light : dark);
  }
  const due = Math.floor(now * RATE);
  const samples = Buffer.alloc((due - heard) * 2);
  for (let n = heard; n < due; n += 1) {
    const at = n / RATE;
    if (at % 1 < FLASH_S) samples.writeInt16LE(Math.round(16_000 * Math.sin(2 * Math.PI * BEEP_HZ * at)), (n - heard) * 2);
  }
  heard = due;
  sound.write(samples);
}, 4);
