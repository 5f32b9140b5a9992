import { failureOf } from '../cloud/cloud.ts';
import { sentence } from '../text/codes.ts';

export interface Toast {
  id: number;
  tone: 'plain' | 'good' | 'bad';
  text: string;
  action: { label: string; run: () => void } | null;
}

const STAY_MS = 6_000;
/** What can be undone stays longer, and as long as it is pointed at or has the focus. */
const UNDO_MS = 20_000;
const MOST = 4;

/** Short answers at the edge of the window; what can be undone offers it here. */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  /** Where somebody can go to mend what failed, by its code. */
  wayOut: (code: string) => Toast['action'] = () => null;
  #next = 1;
  readonly #timers: Record<number, ReturnType<typeof setTimeout>> = {};

  say(text: string, tone: Toast['tone'] = 'plain', action: Toast['action'] = null) {
    const toast = { id: this.#next++, tone, text, action };
    this.list = [...this.list, toast];
    // The oldest goes; one that can be undone goes last.
    while (this.list.length > MOST) this.dismiss((this.list.find((one) => !one.action) ?? this.list[0]!).id);
    this.release(toast.id);
  }

  /** Somebody looks at it. */
  hold(id: number) {
    clearTimeout(this.#timers[id]);
  }

  /** It goes after a while. */
  release(id: number) {
    const toast = this.list.find((one) => one.id === id);
    if (!toast) return;
    this.hold(id);
    const stay = toast.action ? UNDO_MS : toast.tone === 'bad' ? STAY_MS * 1.5 : STAY_MS;
    this.#timers[id] = setTimeout(() => this.dismiss(id), stay);
  }

  /** Says why something failed. */
  fail = (thrown: unknown) => {
    const { code, message } = failureOf(thrown);
    this.say(sentence(code, message), 'bad', this.wayOut(code));
  };

  dismiss(id: number) {
    this.hold(id);
    delete this.#timers[id];
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
