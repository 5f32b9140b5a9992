/** What a stall adds, and each quiet time takes back, in seconds. */
const STEP_S = 0.5;
/** More would be another show. */
const MOST_S = 4;
const QUIET_MS = 30_000;

/** By how much the picture keeps further from live than the stream asks for: more on a line that stalls, less again on a good one. */
export class Slack {
  #atStallS = 0;
  #stalledAtMs = 0;

  stalled(nowMs: number): void {
    this.#atStallS = Math.min(this.seconds(nowMs) + STEP_S, MOST_S);
    this.#stalledAtMs = nowMs;
  }

  seconds(nowMs: number): number {
    const quiet = Math.floor((nowMs - this.#stalledAtMs) / QUIET_MS);
    return Math.max(0, this.#atStallS - quiet * STEP_S);
  }
}
