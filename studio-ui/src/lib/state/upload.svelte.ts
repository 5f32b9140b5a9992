import { said } from '../cloud/said.ts';
import type { Backend, ChosenList } from '../ipc/backend.ts';

/** How often it is looked at how far it is (milliseconds). */
const LOOK = 500;

interface OnItsWay {
  name: string;
  size: number;
  /** How much of it has gone out (bytes). */
  sent: number;
  /** Why it did not arrive; empty while it is on its way. */
  problem: string;
}

/** A list that is being sent. It belongs to the whole window: everything else goes on beside it. */
export class Upload {
  now = $state.raw<OnItsWay | null>(null);
  /** It moves, or is about to. */
  sending = $derived(this.now !== null && this.now.problem === '');
  #backend: Backend;
  #stopped = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** What `send` answers; null when it was stopped, or did not arrive. */
  async send<T>({ name, sizeBytes }: ChosenList, send: () => Promise<T>): Promise<T | null> {
    if (this.sending) return null;
    this.#stopped = false;
    this.now = { name, size: sizeBytes, sent: 0, problem: '' };
    const looking = setInterval(() => void this.#look(), LOOK);
    try {
      const answer = await send();
      this.now = null;
      return answer;
    } catch (thrown) {
      this.now = this.#stopped ? null : { name, size: sizeBytes, sent: 0, problem: said(thrown) };
      return null;
    } finally {
      clearInterval(looking);
    }
  }

  async #look() {
    const sent = await this.#backend.listSent().catch(() => null);
    if (sent !== null && this.sending) this.now = { ...this.now!, sent };
  }

  /** Nothing more of it goes out. */
  stop = async () => {
    this.#stopped = true;
    await this.#backend.stopList();
  };

  /** It was read why it did not arrive. */
  dismiss = () => {
    if (!this.sending) this.now = null;
  };
}
