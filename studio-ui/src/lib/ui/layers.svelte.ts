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

/**
 * Keeps a popover above everything, and inside the topmost dialog: outside of it nothing can be pressed or
 * is read aloud. To be called in an effect; `home` holds it while no dialog is open.
 */
export function stayOnTop(popover: HTMLElement, home: HTMLElement) {
  const place = layers.top ?? home;
  if (popover.parentElement !== place) place.append(popover);
  if (!popover.matches(':popover-open')) popover.showPopover();
}
