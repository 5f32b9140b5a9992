/** What hls.js knows of a level that failed. */
interface Level {
  fragmentError: number;
}

/** A level that failed may be chosen again after this. */
export const PENALTY_MS = 5_000;

/**
 * Forgives levels the requests they lost. hls.js forgives a level when it plays again, but chooses none that is not
 * forgiven: a phone that lost one part of the best picture on its way out of the house would never see it again.
 */
export class Penalties {
  readonly #seen = new WeakMap<Level, { errors: number; sinceMs: number }>();

  /** Called whenever some of the level `played` has arrived: the others are forgiven when they last failed long ago. */
  look(levels: readonly Level[], played: number, nowMs: number): void {
    levels.forEach((level, index) => {
      if (index === played || level.fragmentError === 0) return;
      const seen = this.#seen.get(level);
      if (seen?.errors !== level.fragmentError) this.#seen.set(level, { errors: level.fragmentError, sinceMs: nowMs });
      else if (nowMs - seen.sinceMs >= PENALTY_MS) this.#forgive(level);
    });
  }

  #forgive(level: Level): void {
    level.fragmentError = 0;
    this.#seen.delete(level);
  }
}
