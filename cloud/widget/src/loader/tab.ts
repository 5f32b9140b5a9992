import type { PublicShow } from '@vitrine/client';
import type { Kept } from '../shared/place.ts';

/** Another version's leaf is not read. */
const VERSION = 1;
/** A tab that comes back later than this begins anew, in milliseconds: long enough for a payment elsewhere. */
const FRESH_MS = 30 * 60_000;
/** Characters of JSON, at most. */
const MOST = 200_000;

/** What a page leaves to the next page of the same tab. */
export interface Left {
  show: PublicShow;
  kept: Kept;
}

/** The tab's own storage; null where the browser forbids it. */
function storage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

const keyOf = (whose: string) => `vitrine:tab:${whose}`;

/** Leaves a show for the next page of this tab. A second tab never finds it: it is there only while nobody plays. */
export function leave(whose: string, left: Left, nowMs: number): void {
  const text = (show: PublicShow) => JSON.stringify({ v: VERSION, at: nowMs, show, kept: left.kept });
  let leaf = text(left.show);
  if (leaf.length > MOST) leaf = text({ ...left.show, products: [] }); // the line-up comes with the fresh show
  try {
    if (leaf.length <= MOST) storage()?.setItem(keyOf(whose), leaf);
  } catch {
    // Full: the next page begins with the teaser.
  }
}

/** Takes up what the page before left; it is gone then. */
export function takeUp(whose: string, nowMs: number): Left | null {
  try {
    const text = storage()?.getItem(keyOf(whose));
    forget(whose);
    const leaf = JSON.parse(text ?? 'null') as (Left & { v: number; at: number }) | null;
    if (leaf?.v !== VERSION || !(nowMs - leaf.at < FRESH_MS) || typeof leaf.show?.id !== 'string') return null;
    if (!Array.isArray(leaf.show.products) || typeof leaf.kept !== 'object' || !leaf.kept) return null;
    return { show: leaf.show, kept: leaf.kept };
  } catch {
    return null;
  }
}

export function forget(whose: string): void {
  try {
    storage()?.removeItem(keyOf(whose));
  } catch {
    // Forbidden: nothing was left.
  }
}
