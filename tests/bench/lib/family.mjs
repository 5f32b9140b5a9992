// What a process and all below it use.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of a second, as Linux tells user space. */
const TICKS = 100;

/** A process and all below it. */
export function familyOf(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(Number(name));
    if (fields) parents.set(Number(name), Number(fields[1]));
  }
  const family = [pid];
  for (const one of family) for (const [child, parent] of parents) if (parent === one) family.push(child);
  return family;
}

/** Megabytes (1 MB = 1 000 000 bytes). */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mb = (name) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1_024) / 1e6;
  return { Pss: mb('Pss'), Rss: mb('Rss'), Private: mb('Private_Clean') + mb('Private_Dirty') };
}

/** Proportional set size of a process and all below it, megabytes. */
export const pssOf = (pid) => familyOf(pid).reduce((sum, one) => sum + memoryOf(one).Pss, 0);

/**
 * Seconds of CPU that these processes and all below them use while `act` runs, and the seconds it took. One that ends meanwhile
 * takes its count with it, so that is an error.
 */
export async function cpuWhile(pids, act) {
  const counts = () => new Map(pids.flatMap(familyOf).map((pid) => [pid, cpuOf([pid])]));
  const [before, start] = [counts(), performance.now()];
  await act();
  const [after, seconds] = [counts(), (performance.now() - start) / 1_000];
  const gone = [...before.keys()].filter((pid) => !after.has(pid));
  if (gone.length > 0) throw new Error(`process ${gone.join(', ')} ended while its CPU was measured`);
  let cpu = 0;
  for (const [pid, count] of after) cpu += count - (before.get(pid) ?? 0);
  return { cpu, seconds };
}

/** Seconds of CPU that living members of a family have used, user and system. */
export const cpuOf = (family) => family.reduce((sum, pid) => sum + seconds(statOf(pid)), 0);

const seconds = (fields) => (fields ? (Number(fields[11]) + Number(fields[12])) / TICKS : 0);

/** The fields of /proc/PID/stat from the state on; null when it has ended. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
