// publisher.mjs URL... - one encoder, the same packets to every address: a moving picture into which the present time
// is drawn just before it is encoded, and a tone. Ends when ffmpeg does or when it is told to.
import { execFileSync, spawn } from 'node:child_process';
import { BITS, bitsOf, ROW } from './lib/clock.mjs';

const [WIDTH, HEIGHT, FPS] = [640, 360, 30];
const FRAME = (WIDTH * HEIGHT * 3) / 2;
const LOOP_S = 2;
const [BLACK, WHITE, GREY] = [16, 235, 128];

const pictures = execFileSync(
  'ffmpeg',
  ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${WIDTH}x${HEIGHT}:rate=${FPS}:duration=${LOOP_S}`,
    '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'],
  { maxBuffer: FRAME * FPS * LOOP_S + 1 },
);

const ffmpeg = spawn(
  'ffmpeg',
  ['-loglevel', 'error',
    '-use_wallclock_as_timestamps', '1', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${WIDTH}x${HEIGHT}`, '-r', `${FPS}`, '-i', 'pipe:0',
    '-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000',
    '-map', '0:v', '-map', '1:a', '-fps_mode', 'cfr', '-r', `${FPS}`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '1200k', '-g', `${2 * FPS}`, '-sc_threshold', '0', '-bf', '0',
    '-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-flags', '+global_header',
    '-f', 'tee', process.argv.slice(2).map((url) => `[f=flv:flvflags=no_duration_filesize]${url}`).join('|')],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
ffmpeg.on('exit', (code) => process.exit(code ?? 1));
ffmpeg.stdin.on('error', () => {}); // it has ended; the exit says so
for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => ffmpeg.kill('SIGKILL') && process.exit(0));

/** Draws `ms` into the picture at `at`. */
function draw(at, ms) {
  const column = WIDTH / BITS;
  bitsOf(ms).forEach((bit, n) => {
    for (let y = 0; y < 2 * ROW; y += 1) {
      const from = at + y * WIDTH + n * column;
      pictures.fill(y < ROW === Boolean(bit) ? WHITE : BLACK, from, from + column);
    }
  });
  for (const plane of [WIDTH * HEIGHT, (WIDTH * HEIGHT * 5) / 4]) pictures.fill(GREY, at + plane, at + plane + (ROW * WIDTH) / 2);
}

const start = performance.now();
let due = 0;
setInterval(() => {
  const now = Math.floor(((performance.now() - start) * FPS) / 1_000);
  if (now < due) return;
  due = now + 1;
  // an encoder that falls behind loses pictures, it does not queue them
  if (ffmpeg.stdin.writableNeedDrain) return;
  const at = (now % (FPS * LOOP_S)) * FRAME;
  draw(at, Date.now());
  ffmpeg.stdin.write(Buffer.from(pictures.subarray(at, at + FRAME)));
}, 4);
