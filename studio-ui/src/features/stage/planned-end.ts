/** How a show on air stands to its planned end. */
import type { Show } from '../../lib/cloud/types.ts';

const MINUTE_MS = 60_000;
/** How often the cloud is asked: somebody else may have moved the end. */
export const LOOK_EVERY_MS = 30_000;
/** From when on the host is told. */
const TOLD_MS = 15 * MINUTE_MS;
/** How much longer a show goes on with one press. */
export const MORE_MIN = 30;

/** Milliseconds up to the moment when it ends by itself, if that is near. */
export function leftOf(show: Show | null | undefined, now: number): number | null {
  if (!show?.ends_at) return null;
  const left = Date.parse(show.ends_at) - now;
  return left <= TOLD_MS ? Math.max(0, left) : null;
}

/** The planned end that lets it go on for so much longer than now. */
export function plannedLater(show: Show, now: number): string {
  const overrun = Date.parse(show.ends_at!) - Date.parse(show.planned_end_at!);
  return new Date(Math.max(Date.parse(show.ends_at!), now) + MORE_MIN * MINUTE_MS - overrun).toISOString();
}
