/** Where sockets are blocked, or the chat is full, the show is asked for this often, in milliseconds: at random between the two. */
const AT_LEAST_MS = 5_000;
const AT_MOST_MS = 15_000;
const LONGEST_WAIT_MS = 120_000;

/** Asks for the show's public state now and then, for pages that cannot have a socket. An unchanged answer is a 304. */
export class Fallback {
  readonly #ask: () => Promise<unknown>;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #running = false;

  constructor(ask: () => Promise<unknown>, random: () => number) {
    this.#ask = ask;
    this.#random = random;
  }

  start(): void {
    if (this.#running) return;
    [this.#running, this.#failures] = [true, 0];
    this.#wait();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const ms = (AT_LEAST_MS + this.#random() * (AT_MOST_MS - AT_LEAST_MS)) * 2 ** this.#failures;
    this.#timer = setTimeout(() => void this.#run(), Math.min(ms, LONGEST_WAIT_MS));
  }

  async #run(): Promise<void> {
    const answered = await this.#ask().then(
      () => true,
      () => false,
    );
    if (!this.#running) return;
    this.#failures = answered ? 0 : this.#failures + 1;
    this.#wait();
  }
}
