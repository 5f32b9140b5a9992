import type { Word } from '../../lib/text/words.ts';

/** What a peak level means: −3 dB is about to distort, below −50 dB nobody speaks. */
export function levelWord(peakDb: number, muted: boolean): Word {
  if (muted) return 'mixer.muted';
  if (peakDb > -3) return 'mixer.too_loud';
  if (peakDb < -50) return 'mixer.silent';
  return peakDb < -30 ? 'mixer.quiet' : 'mixer.good';
}

/** Follows a value up at once, and down by at most `step` with each call. */
export function falling(step: number): (value: number) => number {
  let last = -Infinity;
  return (value) => (last = Math.max(value, last - step));
}
