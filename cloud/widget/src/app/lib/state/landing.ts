import type { ShowState } from '@vitrine/client';

/** The viewer's own picture, for what has to keep its time. */
export interface Picture {
  /** UTC milliseconds of the frame on screen, or null when it does not tell. */
  atMs(): number | null;
  /** The stream has come to its end, and so has the picture. */
  over(): boolean;
}

/** A picture that stands this long will not get there, in milliseconds. */
const STANDS_MS = 3_000;
/** However late a picture is, the end comes within this. */
const LATEST_MS = 20_000;
/** A picture that is cut off is told of within this; it plays only what it has. */
const LATEST_CUT_MS = 6_000;
const STANDS_CUT_MS = 1_000;

/**
 * Holds a move that takes the picture away (the end, an interruption) until the viewer's own picture has got there: what
 * the room hears is seconds ahead of what the screen shows.
 */
export class Landing {
  #held: { state: ShowState; atMs: number | null; heardMs: number } | null = null;
  #seen: number | null = null;
  #movedMs = 0;

  /** The move that waits. */
  get state(): ShowState | null {
    return this.#held?.state ?? null;
  }

  /** `at`: the instant on the show's clock (RFC 3339) when it is known. The same move again only adds its instant. */
  hold(state: ShowState, at: string | null | undefined, nowMs: number): void {
    const instant = Date.parse(at ?? '');
    const atMs = Number.isNaN(instant) ? null : instant;
    if (this.#held?.state === state) this.#held.atMs = atMs ?? this.#held.atMs;
    else {
      this.#held = { state, atMs, heardMs: nowMs };
      [this.#seen, this.#movedMs] = [null, nowMs];
    }
  }

  cancel(): void {
    this.#held = null;
  }

  /** The move, once it may be shown; it is let go then. Call it several times a second. */
  due(picture: Picture | null, nowMs: number): ShowState | null {
    const held = this.#held;
    if (!held) return null;
    const at = picture?.atMs() ?? null;
    if (at !== null && at !== this.#seen) [this.#seen, this.#movedMs] = [at, nowMs];
    const cut = held.state === 'interrupted';
    const there =
      !picture ||
      picture.over() ||
      (at !== null && held.atMs !== null && at >= held.atMs) ||
      nowMs - this.#movedMs >= (cut ? STANDS_CUT_MS : STANDS_MS) ||
      nowMs - held.heardMs >= (cut ? LATEST_CUT_MS : LATEST_MS);
    if (!there) return null;
    this.#held = null;
    return held.state;
  }
}
