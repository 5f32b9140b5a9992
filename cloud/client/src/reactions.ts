import type { Reaction } from './protocol.ts';

/** At most one frame in this time: four a second, whatever the finger does. */
const EVERY_MS = 250;

/**
 * Gathers one person's reactions. A frame carries one reaction, so of what comes faster one of each kind waits and the
 * rest is let go: a held key is one steady stream, never a flood that the server would refuse.
 */
export class Reactions {
  readonly #send: (kind: Reaction) => void;
  readonly #waiting = new Set<Reaction>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (kind: Reaction) => void) {
    this.#send = send;
  }

  add(kind: Reaction): void {
    this.#waiting.add(kind);
    if (this.#timer === undefined) this.#next();
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
  }

  #next(): void {
    this.#timer = undefined;
    const [kind] = this.#waiting;
    if (!kind) return;
    this.#waiting.delete(kind);
    this.#timer = setTimeout(() => this.#next(), EVERY_MS);
    this.#send(kind);
  }
}
