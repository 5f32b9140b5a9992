// The programs that are measured: built from the sources as they are, or not measured at all.
import { existsSync, readFileSync, statSync } from 'node:fs';

/** Refuses a program that is missing, or older than a file it was built from (cargo's `.d` beside it names them). */
export function upToDate(path) {
  if (!path || !existsSync(path)) throw new Error(`no program at ${path}: ./x bench builds it`);
  const built = statSync(path).mtimeMs;
  const notes = `${path}.d`;
  if (!existsSync(notes)) return path;
  const sources = readFileSync(notes, 'utf8').split('\n')[0].split(/(?<!\\) /).slice(1).map((name) => name.replaceAll('\\ ', ' '));
  const newer = sources.find((name) => existsSync(name) && statSync(name).mtimeMs > built);
  if (newer) throw new Error(`${path} is older than ${newer}: ./x bench builds it`);
  return path;
}

/** `release build`, `debug build`, or the path of a program from elsewhere. */
export const buildOf = (path) => (/\/release\//.test(path) ? 'release build' : /\/debug\//.test(path) ? 'debug build' : path);
