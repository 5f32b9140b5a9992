import { tick } from 'svelte';
import type { Backend, CloseView, QuitWay } from '../ipc/backend.ts';

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
  }

  stay() {
    this.asked = null;
  }

  /** Quits; fails with the reason, and the window stays, when the show could not be ended. */
  quit(way: QuitWay) {
    return this.#backend.quit(way);
  }
}
