import { t } from '../../lib/text/words.ts';

/** The microphone can be moved by so much either way, in milliseconds. */
export const MOST_MS = 500;
/** From one flash to the next; slow enough for people whom flicker harms (three a second is the limit). */
export const FLASH_EACH_MS = 1_000;
export const FLASH_MS = 120;

/** What an offset means: `in time`, `80 ms later`, `80 ms earlier`. */
export function offsetWord(ms: number): string {
  if (ms === 0) return t('lip.in_time');
  return t(ms > 0 ? 'lip.later' : 'lip.earlier', { ms: Math.abs(ms) });
}

/** The offset that brings a beep to its flash, when it is heard `soundAfterMs` after it. */
export const cure = (soundAfterMs: number): number => Math.max(-MOST_MS, Math.min(MOST_MS, -soundAfterMs));
