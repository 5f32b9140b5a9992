/** What the page does to an element. */
export interface PageTurns {
  /** The page goes away; with `frozen` it may come back from the back-forward cache. */
  leaves(frozen: boolean): void;
  /** It came back from there. */
  returns(): void;
  /** The tab was hidden, or is looked at again; `first` when a prerendered page is opened, which takes the place of another. */
  looked(at: boolean, first: boolean): void;
}

/** Whether somebody may be looking: not in the background, not prerendered for later. */
export function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && !(document as Document & { prerendering?: boolean }).prerendering;
}

/** Follows the page until the returned function is called. Never `unload`: it would keep the page out of the back-forward cache. */
export function followPage(turns: PageTurns): () => void {
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, act: (event: PageTransitionEvent) => void) =>
    target.addEventListener(name, act as (event: Event) => void, { signal: stop.signal });
  let away = false;
  on(window, 'pagehide', (event) => turns.leaves((away = event.persisted)));
  on(window, 'pageshow', (event) => {
    away = false;
    if (event.persisted) turns.returns();
  });
  // A page that comes back is visible before it is told so.
  on(document, 'visibilitychange', () => !away && turns.looked(isLookedAt(), false));
  on(document, 'prerenderingchange', () => turns.looked(isLookedAt(), true));
  return () => stop.abort();
}

/**
 * Tells when the element is no longer drawn, and when it is again: `hidden` or `display: none`, here or on anything
 * around, by attribute or by style. A box of its own sees all of them.
 */
export function watchDrawn(root: ShadowRoot, told: (is: boolean) => void): () => void {
  const box = document.createElement('span');
  box.className = 'drawn';
  root.append(box);
  let drawn = true;
  const sizes = new ResizeObserver(([entry]) => {
    const now = (entry?.contentRect.width ?? 0) > 0;
    if (now !== drawn) told((drawn = now));
  });
  sizes.observe(box);
  return () => {
    sizes.disconnect();
    box.remove();
  };
}
