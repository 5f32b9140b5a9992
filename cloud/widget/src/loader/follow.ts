import type { PublicShow } from '@vitrine/client';

type State = PublicShow['state'] | undefined;

/** An ended show keeps its goodbye and its products this long when the next one is only announced, in milliseconds. */
export const GOODBYE_MS = 5 * 60_000;

export const isOnAir = (state: State) => state === 'live' || state === 'interrupted';

/**
 * Whether a view that shows one show goes on to the one that its channel stands on now.
 *
 * Never away from a show on air. To a show on air at once; to an announced one when the ended show has stood for
 * `GOODBYE_MS`; never to one that is over.
 */
export function follows(shown: State, endedForMs: number, next: State): boolean {
  if (isOnAir(shown) || next === 'ended' || next === 'draft') return false;
  return isOnAir(next) || (shown === 'ended' && endedForMs >= GOODBYE_MS);
}
