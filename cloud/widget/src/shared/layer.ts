/**
 * Puts an element into the browser's top layer, where nothing of the page clips, moves or covers it; false where the browser
 * has none (before 2024). The focus stays where it is.
 */
export function raise(element: HTMLElement): boolean {
  if (typeof element.showPopover !== 'function' || !element.isConnected) return false;
  element.popover = 'manual';
  try {
    if (!element.matches(':popover-open')) element.showPopover();
    return true;
  } catch {
    return false; // the page is just going away
  }
}

/** Takes an element out of the top layer again. */
export function lower(element: HTMLElement): void {
  if (element.popover === null || element.popover === undefined) return;
  element.popover = null; // an open one closes with it
}
