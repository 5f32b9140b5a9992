import type { Corner } from '../../shared/corner.ts';

/** What a shopper did to the stage: it can be seeded when the page loads anew, and read before it goes. */
export class StageState {
  /** In the corner, still playing. */
  mini = $state(false);
  /** The list of products, with the one that was asked for; null when it is away. */
  sheet = $state.raw<{ first: string | null } | null>(null);
  /** In a small window of the browser's; the page shows nothing of it. */
  away = $state(false);
  /** Counts how often the element was moved in the page: the top layer forgets what is moved. */
  moves = $state(0);
  /** Where the mini player stands; `rememberCorner` keeps it for the tab. */
  corner = $state.raw<Corner>('end-end');

  constructor(seed: { mini?: boolean; sheet?: { first: string | null } | null } = {}) {
    this.mini = seed.mini ?? false;
    this.sheet = seed.sheet ?? null;
  }
}
