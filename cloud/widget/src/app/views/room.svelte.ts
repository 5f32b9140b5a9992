import type { Room } from './layout.ts';

/** A page's scroll bar that comes or goes with our height must not change what we are: changes up to this are ignored. */
const SCROLL_BAR = 24;
/** A browser's own bars that slide in while one scrolls: no reason to change a stage in the page. */
const BROWSER_BARS = 140;

/** Measures the room of a stage from outside: the window for one that floats, the host's own width for one in the page. */
export class RoomWatch {
  /** What the layout is decided from. */
  room = $state.raw<Room>({ width: 0, height: 0 });
  /** The part of the window that no keyboard covers: its height and how far down it begins, CSS pixels. */
  seen = $state.raw({ top: 0, height: 0 });
  readonly #host: HTMLElement;
  readonly #floats: boolean;

  constructor(host: HTMLElement, floats: boolean) {
    this.#host = host;
    this.#floats = floats;
    this.#look();
  }

  /** Follows the room until the returned function is called. */
  start(): () => void {
    const stop = new AbortController();
    const look = () => this.#look();
    const options = { signal: stop.signal, passive: true };
    addEventListener('resize', look, options);
    visualViewport?.addEventListener('resize', look, options);
    visualViewport?.addEventListener('scroll', look, options);
    const sizes = new ResizeObserver(look);
    if (!this.#floats) sizes.observe(this.#host);
    look();
    return () => {
      stop.abort();
      sizes.disconnect();
    };
  }

  #look(): void {
    const { width, height } = this.room;
    const next = { width: this.#floats ? innerWidth : this.#host.clientWidth, height: innerHeight };
    if (!this.#floats && width > 0) {
      if (Math.abs(next.width - width) <= SCROLL_BAR) next.width = width;
      if (Math.abs(next.height - height) <= BROWSER_BARS) next.height = height;
    }
    if (next.width !== width || next.height !== height) this.room = next;
    // A window that two fingers have enlarged shows a part of itself: that is no keyboard.
    const view = visualViewport && Math.abs(visualViewport.scale - 1) < 0.01 ? visualViewport : null;
    const seen = { top: Math.round(view?.offsetTop ?? 0), height: Math.round(view?.height ?? innerHeight) };
    if (seen.top !== this.seen.top || seen.height !== this.seen.height) this.seen = seen;
  }
}
