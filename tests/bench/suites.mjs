// How long the whole test run takes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const names = ['whole_test_min'];
export const byDefault = false;

export async function measure() {
  const root = join(import.meta.dirname, '../..');
  const start = performance.now();
  const run = spawnSync('./x', ['test'], { cwd: root, stdio: ['ignore', 2, 2] });
  const minutes = (performance.now() - start) / 60_000;
  if (run.status !== 0) throw new Error(`./x test did not pass (${run.status ?? run.signal}), after ${minutes.toFixed(1)} min`);
  return [{ name: names[0], ours: minutes, peer: null, goal: 40, rounds: { ours: [minutes] }, how: 'one round' }];
}
