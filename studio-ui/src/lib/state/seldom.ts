/** However often it is wanted, it is asked for no more often than this (milliseconds). */
const ASK_EACH = 1_000;
/** When it could not be had. */
const ASK_AGAIN = 5_000;

/**
 * Loads what many events ask for: one load at a time, with one more behind it. Nothing is asked for while an answer is on its
 * way, so each answer is shown, and the last one is newer than the last event.
 */
export class Seldom {
  /** Whether it went well. */
  readonly #load: () => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** It is being loaded, or was a moment ago. */
  #resting = false;
  #wanted = false;
  #stopped = false;

  constructor(load: () => Promise<boolean>) {
    this.#load = load;
  }

  /** Something changed, or may have while nobody heard of it. */
  soon = () => {
    this.#wanted = true;
    if (!this.#resting && !this.#stopped) void this.#ask();
  };

  async #ask() {
    this.#wanted = false;
    this.#resting = true;
    const well = await this.#load().catch(() => false);
    if (this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.#resting = false;
        if (this.#wanted || !well) this.soon();
      },
      well ? ASK_EACH : ASK_AGAIN,
    );
  }

  stop = () => {
    this.#stopped = true;
    clearTimeout(this.#timer);
  };
}
