/** A corner of the window as `block-inline`: `end-start` is below, where lines begin. It follows the direction of the words. */
export type Corner = `${'start' | 'end'}-${'start' | 'end'}`;

/** Where an element's corner is kept: each moves for itself. */
const keyOf = (host: HTMLElement) => `vitrine:corner:${['show', 'channel', 'corner'].map((name) => host.getAttribute(name) ?? '')}`;

/** The corner that the shopper chose in this tab, else the one that the page asks for by `corner`. */
export function cornerOf(host: HTMLElement, rightToLeft: boolean): Corner {
  try {
    const kept = sessionStorage.getItem(keyOf(host));
    if (kept && /^(start|end)-(start|end)$/.test(kept)) return kept as Corner;
  } catch {
    // Forbidden: the page's own wish counts.
  }
  const asked = host.getAttribute('corner');
  return asked === 'start' || asked === (rightToLeft ? 'right' : 'left') ? 'end-start' : 'end-end';
}

export function rememberCorner(host: HTMLElement, corner: Corner): void {
  try {
    sessionStorage.setItem(keyOf(host), corner);
  } catch {
    // Forbidden: it is forgotten with the page.
  }
}

/** Puts a box into its corner and keeps it off what the page has fixed there, until `stop()`; `look()` looks at once. */
export function dock(box: HTMLElement, corner: () => Corner): { look(): void; stop(): void } {
  const stop = new AbortController();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    waiting = undefined;
    const now = corner();
    box.dataset.corner = now;
    box.style.setProperty('--bar', `${barBeside(box, now.startsWith('end'))}px`);
  };
  const soon = () => void (waiting ??= setTimeout(look, 250));
  const options = { signal: stop.signal, passive: true, capture: true };
  for (const name of ['scroll', 'resize', 'transitionend']) addEventListener(name, soon, options);
  const often = setInterval(soon, 2_000); // bars come by themselves too
  look();
  return {
    look,
    stop() {
      stop.abort();
      clearTimeout(waiting);
      clearInterval(often);
    },
  };
}

/** Above or below a bar there is this much beside the box itself, CSS pixels: its distance from both. */
const AROUND = 24;
/** A part of the page's own that sticks is a bar up to this part of the window's height; above it is a column that scrolls by. */
const HIGHEST_STICKY = 0.5;
/** Where bars are looked for: shares of the box's width, and CSS pixels from the window's edge, from which some bars keep a little away. */
const SPOTS = [0.1, 0.5, 0.9].flatMap((share) => [2, 28].map((deep) => [share, deep] as const));

/** How far a fixed or sticky bar of the page reaches into the window above or below a box, CSS pixels. */
function barBeside(box: HTMLElement, below: boolean): number {
  const { left, width, height } = box.getBoundingClientRect();
  const host = (box.getRootNode() as ShadowRoot).host;
  let most = 0;
  for (const [share, deep] of SPOTS) {
    for (const hit of document.elementsFromPoint(left + width * share, below ? innerHeight - deep : deep)) {
      for (let at: Element | null = hit; at && at !== host; at = at.parentElement) {
        const { position } = getComputedStyle(at);
        if (!/fixed|sticky/.test(position)) continue;
        const bar = at.getBoundingClientRect();
        const reach = below ? innerHeight - bar.top : bar.bottom;
        // What leaves no room for the box is a page of its own.
        if (reach <= Math.min(innerHeight - height - AROUND, position === 'fixed' ? Infinity : innerHeight * HIGHEST_STICKY)) most = Math.max(most, reach);
      }
    }
  }
  return Math.round(most);
}
