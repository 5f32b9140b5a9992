import type { Highlight, HighlightCard } from '@vitrine/client';

/** What is on the screen now. */
export interface Pinned {
  id: string;
  /** The instant that its picture shows (RFC 3339). */
  at: string;
  card: HighlightCard;
}

/** What was in force further back than this behind the newest transition is forgotten, in milliseconds. */
const REMEMBER_MS = 15 * 60_000;

interface Held extends Highlight {
  atMs: number;
  /** When it reached this page, on the page's own monotonic clock. */
  heardMs: number;
}

/**
 * Holds every transition of a highlight until the viewer's own picture reaches it.
 *
 * Pure: the caller says how far the picture is. Without a picture that tells its program time
 * (chat only, a browser that does not say), a transition counts from the moment it was heard.
 */
export class HighlightTrack {
  #held: Held[] = [];

  /** A snapshot: what was known before is forgotten. */
  reset(highlights: Highlight[]): void {
    this.#held = [];
    // What the room already stood on is old news: without a picture's clock it is due at once.
    for (const highlight of highlights) this.#add(highlight, Number.NEGATIVE_INFINITY);
    this.#tidy();
  }

  /** A transition that was just heard; one that is known already changes nothing. */
  add(highlight: Highlight, nowMs: number): void {
    this.#add(highlight, nowMs);
    this.#tidy();
  }

  /** What is in force when the picture shows `pictureMs` (UTC, milliseconds). */
  atPicture(pictureMs: number): Pinned | null {
    return inForce(this.#held.filter((held) => held.atMs <= pictureMs));
  }

  /** What is in force by hearsay, `delayMs` after it was heard. */
  atHearing(nowMs: number, delayMs: number): Pinned | null {
    return inForce(this.#held.filter((held) => held.heardMs + delayMs <= nowMs));
  }

  #add(highlight: Highlight, heardMs: number): void {
    const atMs = Date.parse(highlight.at);
    if (Number.isNaN(atMs)) return;
    if (this.#held.some((held) => held.id === highlight.id && held.action === highlight.action)) return;
    this.#held.push({ ...highlight, atMs, heardMs });
  }

  #tidy(): void {
    this.#held.sort((a, b) => a.atMs - b.atMs);
    const cut = (this.#held.at(-1)?.atMs ?? 0) - REMEMBER_MS;
    // A pin may stand for longer than that: the one in force at the cut is what the picture shows until the next.
    const keep = this.#held.map(({ action, atMs }) => action === 'show' && atMs <= cut).lastIndexOf(true);
    if (keep > 0) this.#held = this.#held.slice(keep);
  }
}

/** A new `show` replaces the one before; `clear` applies only to its own id. */
function inForce(transitions: Held[]): Pinned | null {
  let pinned: Pinned | null = null;
  for (const { id, action, at, card } of transitions) {
    if (action === 'show') pinned = { id, at, card };
    else if (pinned?.id === id) pinned = null;
  }
  return pinned;
}
