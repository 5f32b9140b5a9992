/** The time on screen, twice a second. One for the whole window. */
export class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setInterval>;

  constructor() {
    this.#timer = setInterval(() => (this.now = Date.now()), 500);
  }

  stop() {
    clearInterval(this.#timer);
  }
}
