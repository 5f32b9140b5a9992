import type { Cloud } from '../cloud/cloud.ts';
import type { ShowHealth } from '../cloud/types.ts';
import { Resource } from './resource.svelte.ts';

/** The cloud measures as often (milliseconds). */
const ASK_EACH = 2_000;
/** When it could not be asked. */
const ASK_AGAIN = 5_000;
/** How far back gaps are news. */
const GAPS_WITHIN = 60_000;

/** How the show's media is doing, as the cloud measures it. It is asked while somebody watches. */
export class Health {
  readonly loaded: Resource<ShowHealth>;
  /** Gaps of the last minute. */
  recentGaps = $state(0);
  /** What was counted when, oldest first. */
  #counted: { at: number; gaps: number }[] = [];
  #watching = 0;

  constructor(cloud: Cloud, show: string) {
    this.loaded = new Resource(() => cloud.showHealth(show));
  }

  /** Asks from now on, until the returned function is called. */
  watch = (): (() => void) => {
    const turn = ++this.#watching;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      await this.loaded.reload();
      if (turn !== this.#watching) return;
      if (this.loaded.value) this.#count(this.loaded.value);
      timer = setTimeout(ask, this.loaded.error ? ASK_AGAIN : ASK_EACH);
    };
    void ask();
    return () => {
      clearTimeout(timer);
      if (turn !== this.#watching) return;
      this.#watching++;
      this.loaded.clear();
      this.#counted = [];
      this.recentGaps = 0;
    };
  };

  /** The cloud counts from the start of a transmission; one that was started again counts anew. */
  #count(health: ShowHealth) {
    if (!health.media) return;
    const { gaps } = health.media;
    const now = Date.now();
    if (gaps < (this.#counted.at(-1)?.gaps ?? 0)) this.#counted = [{ at: now, gaps: 0 }];
    this.#counted = [...this.#counted, { at: now, gaps }].filter(({ at }) => now - at <= GAPS_WITHIN);
    this.recentGaps = gaps - this.#counted[0]!.gaps;
  }
}
