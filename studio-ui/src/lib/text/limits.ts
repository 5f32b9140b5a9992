/** What plans limit, in words and numbers. */
import { count } from './format.ts';
import { t, tn, words, type Word } from './words.ts';

const [MIB, GIB] = [2 ** 20, 2 ** 30];
/** Plans are written in whole GiB: `20 GiB`, `7.4 GiB`, `310 MiB`. */
const room = (bytes: number): string => (bytes < GIB ? `${Math.round(bytes / MIB)} MiB` : `${Number((bytes / GIB).toFixed(1))} GiB`);

/** So much of it: `3 members`, `1.2 GiB`; of a limit that a later version knows, the bare number. */
export function amountOf(limit: string, n: number): string {
  if (limit === 'blob_bytes') return room(n);
  const word = `amount.${limit}`;
  return word in words ? tn(word as Word, n, { n: limit === 'ladder_top' ? n : count(n) }) : count(n);
}

/** Its name; one that a later version knows by its own. */
export function limitWord(limit: string): string {
  const word = `limit.${limit}`;
  return word in words ? t(word as Word) : limit.replaceAll('_', ' ');
}

/** A refusal because the plan has no more of it, with the numbers, and what can be done. */
export function limitSentence({ limit, allowed, used }: { limit: string; allowed: number; used: number }): string {
  const way = `plan.way_${limit}`;
  return t(limit === 'seats' ? 'plan.limit_seats' : 'plan.limit', { allowed: amountOf(limit, allowed), used: limit === 'blob_bytes' ? room(used) : count(used), way: t(way in words ? (way as Word) : 'plan.way_other') });
}
