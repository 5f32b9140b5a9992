const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 20_000;

/**
 * Loads something again until it is right: spread over a time, so that a full room does not ask at once, then with a
 * capped and jittered back-off for as long as `load` fails or says `false`. It is told how often it did. One load at a time.
 */
export class Reloader {
  readonly #load: (failures: number) => Promise<boolean>;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading = false;
  /** Asked for while one was loading: what it brings may be older than the wish. */
  #wanted: number | null = null;
  #failures = 0;
  #stopped = false;

  constructor(load: (failures: number) => Promise<boolean>, random: () => number) {
    this.#load = load;
    this.#random = random;
  }

  /** Loads within `spreadMs`. A first try that is due already stays as it is, so that a burst of wishes is one load. */
  ask(spreadMs: number): void {
    if (this.#stopped) return;
    if (this.#loading) this.#wanted = Math.min(spreadMs, this.#wanted ?? spreadMs);
    else if (this.#timer === undefined || this.#failures > 0) this.#wait(0, spreadMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(failures: number, spreadMs: number): void {
    this.#failures = failures;
    const most = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
    const ms = failures === 0 ? this.#random() * spreadMs : most / 2 + (this.#random() * most) / 2;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), ms);
  }

  async #run(): Promise<void> {
    [this.#timer, this.#loading, this.#wanted] = [undefined, true, null];
    const right = await this.#load(this.#failures).catch(() => false);
    this.#loading = false;
    if (this.#stopped) return;
    if (this.#wanted !== null) this.#wait(0, this.#wanted);
    else if (!right) this.#wait(this.#failures + 1, 0);
    else this.#failures = 0;
  }
}
