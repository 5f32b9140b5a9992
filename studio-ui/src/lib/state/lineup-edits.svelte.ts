import type { LineupItem, Show } from '../cloud/types.ts';

/**
 * Edits of line-ups: shown at once, sent one at a time. Each sends the whole list, so of those that wait the newest alone goes out,
 * and it is built on what is shown: two quick edits do not undo each other.
 */
export class LineupEdits {
  /** By show, until the cloud has answered the newest. */
  #wished = $state.raw<Record<string, LineupItem[]>>({});
  #put: (showId: string, items: LineupItem[]) => Promise<Show>;
  #saved: (show: Show) => void;

  constructor(put: (showId: string, items: LineupItem[]) => Promise<Show>, saved: (show: Show) => void) {
    this.#put = put;
    this.#saved = saved;
  }

  /** `show` as it is to be shown. */
  shown(show: Show): Show {
    const lineup = this.#wished[show.id];
    return lineup ? { ...show, lineup } : show;
  }

  /** Rejects when the cloud refused the newest list; the last one that it took is shown again then. */
  async set(showId: string, items: LineupItem[]): Promise<void> {
    const sending = showId in this.#wished;
    this.#wished = { ...this.#wished, [showId]: items };
    if (sending) return; // whoever sends goes on with this one
    try {
      for (let sent: LineupItem[] | null = null; sent !== this.#wished[showId]; ) {
        sent = this.#wished[showId]!;
        try {
          this.#saved(await this.#put(showId, sent));
        } catch (thrown) {
          if (sent === this.#wished[showId]) throw thrown;
        }
      }
    } finally {
      const { [showId]: _, ...others } = this.#wished;
      this.#wished = others;
    }
  }
}
