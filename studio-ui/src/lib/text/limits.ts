/** What plans limit, in words and numbers. */
import { count, size } from './format.ts';
import { t, tn, words, type Word } from './words.ts';

/** So much of it: `3 members`, `1.2 GB`; of a limit that a later version knows, the bare number. */
export function amountOf(limit: string, n: number): string {
  if (limit === 'blob_bytes') return size(n);
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
  return t('plan.limit', { allowed: amountOf(limit, allowed), used: limit === 'blob_bytes' ? size(used) : count(used), way: t(way in words ? (way as Word) : 'plan.way_other') });
}
