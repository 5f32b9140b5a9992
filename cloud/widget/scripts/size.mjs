// Says how much the widget weighs, and refuses to grow past its budget (gzip, as it travels).
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = process.env.VITRINE_WIDGET_OUT ?? join(import.meta.dirname, '../dist');
const KB = 1_000;
const weigh = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
const names = readdirSync(join(dist, 'assets'));
const engine = names.filter((name) => name.startsWith('engine-')).map((name) => weigh(`assets/${name}`));
// Of the languages a page loads one at most, and only where it is not the built-in one.
const words = names.filter((name) => name.startsWith('words-')).map((name) => weigh(`assets/${name}`));
const loader = weigh('vitrine.js');
const ours = loader + names.filter((name) => !/^(engine|words)-/.test(name)).reduce((sum, name) => sum + weigh(`assets/${name}`), 0);

let over = false;
for (const [what, size, most] of [
  ['widget_loader_gzip_bytes', loader, 8 * KB],
  ['widget_all_but_engine_gzip_bytes', ours, 60 * KB],
]) {
  over ||= size > most;
  console.log(`${what} ours=${size} goal<=${most} ${size > most ? 'SHORT' : 'ok'}`);
}
console.log(`widget_engine_gzip_bytes ours=${engine.reduce((a, b) => a + b, 0)}`);
if (words.length > 0) console.log(`widget_words_gzip_bytes largest=${Math.max(...words)}`);
if (over) process.exitCode = 1;
