import { failureOf } from '../cloud/cloud.ts';
import type { CommandError } from '../ipc/backend.ts';

/** Something loaded: the value, or why there is none. A reload keeps the old value on screen. */
export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<CommandError | null>(null);
  loading = $state(false);
  #load: () => Promise<T>;
  #turn = 0;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Loads again; of several at once, the last one asked wins. */
  reload = async (): Promise<void> => {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const value = await this.#load();
      if (turn !== this.#turn) return;
      this.value = value;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = failureOf(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  };

  /** Forgets the value, and whatever is still being loaded. */
  clear = () => {
    this.#turn++;
    this.value = null;
    this.error = null;
    this.loading = false;
  };
}
