/** What fills the video element: hls.js, or the browser's own HLS. The engine has at most one. */
export interface Driver {
  /** UTC milliseconds of the frame on screen; null until it knows. */
  atMs(): number | null;
  /** Where in the element's time live is, in seconds; null until it knows. */
  edge(): number | null;
  /** By how many seconds the picture is later than it should be; null until it knows. */
  late(): number | null;
  /** Whether live is reached by moving in the element's time; if not, by a new source. */
  seeks(): boolean;
  /** Ends every download and lets go of the element. */
  destroy(): void;
}

/** What a driver tells while it lives. */
export interface DriverEvents {
  /** The stream is known: it may be played. */
  ready(): void;
  /** It will not go on by itself; or it does, and a new one would know of pictures that it does not: then at once (`waitMs` 0). */
  failed(waitMs?: number): void;
}

/** Makes the driver that brings its own player. `patient()` is true while a standing picture is right. */
export type PlayByHls = (video: HTMLVideoElement, url: string, patient: () => boolean, events: DriverEvents) => Driver | null;

const LIVE = Symbol.for('vitrine.players');

/** Counts the players that live on this page, where the browser stories read it. */
export function countPlayers(by: 1 | -1): void {
  const page = globalThis as { [LIVE]?: number };
  page[LIVE] = (page[LIVE] ?? 0) + by;
}
