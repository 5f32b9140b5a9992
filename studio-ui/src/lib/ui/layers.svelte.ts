/**
 * The dialogs that stand open, the topmost last. A modal dialog makes all outside of it unreachable,
 * so what must stay in reach (toasts) joins the topmost one.
 */
class Layers {
  #dialogs = $state.raw<HTMLElement[]>([]);

  /** The topmost dialog, or null. */
  get top(): HTMLElement | null {
    return this.#dialogs.at(-1) ?? null;
  }

  open(dialog: HTMLElement) {
    this.#dialogs = [...this.#dialogs, dialog];
  }

  close(dialog: HTMLElement) {
    this.#dialogs = this.#dialogs.filter((one) => one !== dialog);
  }
}

export const layers = new Layers();
