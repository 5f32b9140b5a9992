import { tick } from 'svelte';
import type { AirPhase, Backend, CloseView, QuitWay } from '../ipc/backend.ts';

const ON_AIR: AirPhase[] = ['connecting', 'live', 'reconnecting', 'ending'];

/** Somebody wants to close the window while the show is on air: the desk asks what is meant. */
export class Closing {
  asked = $state.raw<CloseView | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    backend.listen('closeAsked', (view) => {
      this.asked = view;
      // Once it is drawn: a page that hangs has not asked.
      void tick().then(() => backend.closeSeen().catch(() => {}));
    });
    backend.listen('airChanged', ({ phase }) => {
      if (!this.asked) return;
      // Off air, nothing is left to ask about, whoever ended it; but for an end that the cloud has still to hear of.
      const owed = phase === 'preview' && ['ending', 'preview'].includes(this.asked.phase);
      this.asked = owed || ON_AIR.includes(phase) ? { ...this.asked, phase } : null;
    });
  }

  stay() {
    this.asked = null;
  }

  /** Quits; fails with the reason, and the window stays, when the show could not be ended. */
  quit(way: QuitWay) {
    return this.#backend.quit(way);
  }
}
