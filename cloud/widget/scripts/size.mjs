// Says how much the widget weighs, and refuses to grow past its budget (gzip, as it travels).
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = join(import.meta.dirname, '../dist');
const KIB = 1024;
const weigh = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
const names = readdirSync(join(dist, 'assets'));
const engine = names.filter((name) => name.startsWith('hls')).map((name) => weigh(`assets/${name}`));
const loader = weigh('vitrine.js');
const ours = loader + names.filter((name) => !name.startsWith('hls')).reduce((sum, name) => sum + weigh(`assets/${name}`), 0);

let over = false;
for (const [what, size, most] of [
  ['widget_loader_gzip_bytes', loader, 8 * KIB],
  ['widget_all_but_engine_gzip_bytes', ours, 60 * KIB],
]) {
  over ||= size > most;
  console.log(`${what} ours=${size} goal<=${most} ${size > most ? 'SHORT' : 'ok'}`);
}
console.log(`widget_engine_gzip_bytes ours=${engine.reduce((a, b) => a + b, 0)}`);
if (over) process.exitCode = 1;
