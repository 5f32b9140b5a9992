/** Inline declarations as they were, to be given back exactly. */
type Kept = [element: HTMLElement, name: string, value: string, priority: string];

let holders = 0;
let giveBack = () => {};

/**
 * Keeps the page behind an open stage where it is; the last one who lets go gives back its styles, and its place
 * if it is still the same page: a shop may have gone on to another without a load.
 *
 * The page's scroll bar goes with its scrolling: its width is kept free, so that nothing behind moves.
 */
export function lockScroll(): () => void {
  holders += 1;
  if (holders === 1) giveBack = lock();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders === 0) giveBack();
  };
}

function lock(): () => void {
  const [root, body] = [document.documentElement, document.body];
  const [left, top, page] = [scrollX, scrollY, location.href];
  const kept: Kept[] = [];
  const bare = new Set([root, body].filter((element) => !element.hasAttribute('style')));
  const set = (element: HTMLElement, name: string, value: string) => {
    kept.unshift([element, name, element.style.getPropertyValue(name), element.style.getPropertyPriority(name)]);
    element.style.setProperty(name, value, 'important');
  };
  const before = root.clientWidth;
  // The window scrolls as the root says, or as the body says where the root says nothing: whoever speaks is held.
  const speaks = getComputedStyle(root);
  const holder = speaks.overflowX === 'visible' && speaks.overflowY === 'visible' ? body : root;
  set(holder, 'overflow-x', 'hidden');
  set(holder, 'overflow-y', 'hidden');
  const bar = root.clientWidth - before;
  if (bar > 0) set(root, 'padding-right', `${(parseFloat(getComputedStyle(root).paddingRight) || 0) + bar}px`);
  return () => {
    for (const [element, name, value, priority] of kept) element.style.setProperty(name, value, priority);
    for (const element of bare) if (element.style.length === 0) element.removeAttribute('style');
    if (location.href === page && (scrollX !== left || scrollY !== top)) scrollTo({ left, top, behavior: 'instant' });
  };
}

/** Fingers on a stage move only what scrolls in it: older iPhones move the page behind it all the same. Listen with `passive: false`. */
export function holdTouch(event: TouchEvent): void {
  if (event.touches.length > 1 || !event.cancelable) return;
  for (const at of event.composedPath()) {
    if (at === event.currentTarget) break;
    if (!(at instanceof Element)) continue;
    if (at instanceof HTMLInputElement) return;
    const style = getComputedStyle(at);
    const down = /auto|scroll/.test(style.overflowY) && at.scrollHeight > at.clientHeight;
    const across = /auto|scroll/.test(style.overflowX) && at.scrollWidth > at.clientWidth;
    if (down || across) return;
  }
  event.preventDefault();
}
