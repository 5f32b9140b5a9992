/** How long it is waited before the cloud is asked again (milliseconds): twice as long each time, and no longer than the last. */
const [FIRST, LAST] = [4_000, 30_000];

interface Waiter {
  /** Where it stands; null: it shows something older meanwhile, and says so itself. */
  element: HTMLElement | null;
  retry: () => unknown;
}

/**
 * What waits for a cloud that does not answer. It is asked for again by itself, all of it at once; and the first of it on the screen
 * says what is the matter for the others.
 */
export class Waiting {
  #all = $state.raw<readonly Waiter[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = FIRST;

  /** Waits with the others, until what it gives is called. */
  add = (waiter: Waiter): (() => void) => {
    this.#all = [...this.#all, waiter];
    if (this.#all.length === 1) this.#begin();
    return () => {
      this.#all = this.#all.filter((one) => one !== waiter);
      if (this.#all.length === 0) this.#end();
    };
  };

  /** Whether it speaks for those around it: what lies in a dialog does not speak for what lies behind. */
  isFirst(element: HTMLElement | undefined): boolean {
    const around = element?.closest('dialog');
    return this.#all.every(
      (one) =>
        !element || !one.element || one.element === element || one.element.closest('dialog') !== around ||
        Boolean(element.compareDocumentPosition(one.element) & Node.DOCUMENT_POSITION_FOLLOWING),
    );
  }

  /** Asks for all of it now. */
  again = async () => {
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#all.map(({ retry }) => retry()));
    this.#pause = Math.min(2 * this.#pause, LAST);
    if (this.#all.length) this.#plan();
  };

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.again(), this.#pause);
  }

  #begin() {
    this.#pause = FIRST;
    this.#plan();
    window.addEventListener('online', this.again);
  }

  #end() {
    clearTimeout(this.#timer);
    window.removeEventListener('online', this.again);
  }
}

export const waiting = new Waiting();

/** The cloud did not answer at all: whatever is asked for now has the same cause, and may come back by itself. */
export const isAway = (error: { code: string } | null | undefined): boolean => error?.code === 'cloud_unreachable';
