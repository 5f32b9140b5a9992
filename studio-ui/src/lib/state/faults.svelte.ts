import type { Backend, FaultAction, FaultCode, FaultView } from '../ipc/backend.ts';
import type { Stage } from './stage.svelte.ts';

/** What still matters once the show is over: how it ended, and what goes beyond it. Nobody sees or hears the rest. */
const OUTLIVES: ReadonlySet<FaultCode> = new Set([
  'end_failed',
  'end_waits',
  'chat_away',
  'chat_refused',
  'keyring_silent',
] satisfies FaultCode[]);

/** What is wrong now, as the desk tells it: worst first, whole each time. */
export class Faults {
  #told = $state.raw<FaultView[]>([]);
  #over: () => boolean;
  list = $derived.by(() => (this.#over() ? this.#told.filter((fault) => OUTLIVES.has(fault.code)) : this.#told));
  #backend: Backend;
  #stage: Stage;
  #stop: () => void;

  /** `over`: whether the show has ended. */
  constructor(backend: Backend, stage: Stage, over: () => boolean) {
    this.#over = over;
    this.#backend = backend;
    this.#stage = stage;
    this.#stop = backend.listen('faultsChanged', (list) => (this.#told = list));
  }

  restore(list: FaultView[]) {
    this.#told = list;
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
