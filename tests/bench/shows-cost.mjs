// How cost grows with the number of shows that are only passed through: a table of its own.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { program } from './lib/cloud.mjs';
import { Nest, say } from './lib/nest.mjs';
import { machine } from './lib/results.mjs';
import { passThrough } from './ingest.mjs';

export const names = ['shows_cost'];
/** Takes minutes, and a machine of its own. */
export const byDefault = false;
const FILE = join(import.meta.dirname, '../../docs/bench/SHOWS.md');
const SHOWS = (process.env.VITRINE_BENCH_SHOWS ?? '1,5,10,20').split(',').map(Number);
const SECONDS = Number(process.env.VITRINE_BENCH_SHOWS_S ?? 30);
const MEMORY_AFTER_S = Number(process.env.VITRINE_BENCH_MEMORY_AFTER_S ?? 180);

export async function measure() {
  const rows = [];
  for (const shows of SHOWS) {
    // A nest of its own: what the shows have written is gone before the next begin.
    const nest = new Nest();
    try {
      const { cpu, memory } = await passThrough(nest, shows, { seconds: SECONDS, rounds: 1, memoryAfter: MEMORY_AFTER_S });
      rows.push({ shows, cpu: { ours: cpu.ours[0], peer: cpu.peer[0] }, memory, load: loadavg()[0] });
    } finally {
      await nest.clear();
    }
  }
  writeFileSync(FILE, page(rows));
  say(`written: ${FILE}`);
  const most = rows.at(-1);
  const each = (value) => value / most.shows;
  return [{
    name: names[0],
    ours: each(most.cpu.ours),
    peer: { name: 'nginx_rtmp', value: each(most.cpu.peer) },
    goal: Number(each(most.cpu.peer).toPrecision(3)),
    how: `${program().build}, ${most.shows} shows, ${SECONDS} s; the table is in SHOWS.md`,
  }];
}

function page(rows) {
  const head = ['shows', 'CPU', 'CPU a show', 'memory', 'memory a show', 'nginx CPU', 'nginx CPU a show', 'nginx memory', 'nginx memory a show', 'load'];
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const of = (row, whose) => [
    `${row.cpu[whose].toFixed(1)} %`, `${(row.cpu[whose] / row.shows).toFixed(2)} %`,
    `${row.memory[whose].toFixed(1)} MB`, `${(row.memory[whose] / row.shows).toFixed(1)} MB`,
  ];
  return `# What shows cost

Written by \`./x bench shows_cost\`: do not edit by hand. So many shows of 1080p30 at 6 Mb/s are taken in, packaged, kept in a
journal and recorded, and not encoded; nginx with its RTMP module cuts plain HLS (2 s fragments) from the same packets at the same
time. CPU is in percent of a core over ${SECONDS} s; memory is by how much the PSS of the whole process family has grown after
${MEMORY_AFTER_S} s, since nobody was there.

${line(head)}${line(head.map(() => '---'))}${rows.map((row) => line([row.shows, ...of(row, 'ours'), ...of(row, 'peer'), row.load.toFixed(1)])).join('')}
${program().build}; ${machine()}.
`;
}
