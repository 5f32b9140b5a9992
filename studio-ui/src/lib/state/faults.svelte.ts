import type { Backend, FaultAction, FaultView } from '../ipc/backend.ts';
import type { Stage } from './stage.svelte.ts';

/** What is wrong now, as the desk tells it: worst first, whole each time. */
export class Faults {
  list = $state.raw<FaultView[]>([]);
  #backend: Backend;
  #stage: Stage;
  #stop: () => void;

  constructor(backend: Backend, stage: Stage) {
    this.#backend = backend;
    this.#stage = stage;
    this.#stop = backend.listen('faultsChanged', (list) => (this.list = list));
  }

  restore(list: FaultView[]) {
    this.list = list;
  }

  /** Presses a button of `fault`: choosing opens the stage's own menus, the desk does the rest. */
  async act(fault: FaultView, action: FaultAction) {
    if (action === 'choose_source') this.#stage.choosing = 'source';
    else if (action === 'choose_microphone') this.#stage.choosing = 'microphone';
    else await this.#backend.actOnFault(fault.code, action);
  }

  stop() {
    this.#stop();
  }
}
