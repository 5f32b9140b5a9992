import { failureOf } from '../cloud/cloud.ts';
import { sentence } from '../text/codes.ts';

export interface Toast {
  id: number;
  tone: 'plain' | 'good' | 'bad';
  text: string;
  action: { label: string; run: () => void } | null;
}

const STAY_MS = 6_000;

/** Short answers at the edge of the window; what can be undone offers it here. */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  say(text: string, tone: Toast['tone'] = 'plain', action: Toast['action'] = null) {
    const toast = { id: this.#next++, tone, text, action };
    this.list = [...this.list.slice(-3), toast];
    setTimeout(() => this.dismiss(toast.id), tone === 'bad' ? STAY_MS * 1.5 : STAY_MS);
  }

  /** Says why something failed. */
  fail = (thrown: unknown) => {
    const { code, message } = failureOf(thrown);
    this.say(sentence(code, message), 'bad');
  };

  dismiss(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
