/** A corner of the window as `block-inline`: `end-start` is below, where lines begin. It follows the direction of the words. */
export type Corner = `${'start' | 'end'}-${'start' | 'end'}`;

/** Where an element's corner is kept: each moves for itself. */
const keyOf = (host: HTMLElement) => `vitrine:corner:${['show', 'channel', 'corner'].map((name) => host.getAttribute(name))}`;

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
    const [bar, stack] = taken(box, now);
    box.style.setProperty('--bar', `${bar}px`);
    box.style.setProperty('--stack', `${stack}px`);
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
/** Between two boxes in one corner, CSS pixels. */
const GAP = 16;
/** A part of the page's own that sticks is a bar up to this part of the window's height; above it is a column that scrolls by. */
const HIGHEST_STICKY = 0.5;
/** Where bars are looked for: shares of the box's width, and CSS pixels from the window's edge, from which some bars keep a little away. */
const SPOTS = [0.1, 0.5, 0.9].flatMap((share) => [2, 28].map((deep) => [share, deep] as const));

/**
 * How much of a corner is taken, CSS pixels: by a fixed or sticky bar of the page above or below the box, and on that by
 * the page's elements before this one, on which it stands as long as there is room.
 */
function taken(box: HTMLElement, corner: Corner): [bar: number, stack: number] {
  const { left, width, height } = box.getBoundingClientRect();
  const { host } = box.getRootNode() as ShadowRoot;
  const below = corner.startsWith('end');
  const room = innerHeight - height - AROUND;
  let bar = 0;
  for (const [share, deep] of SPOTS) {
    for (const hit of document.elementsFromPoint(left + width * share, below ? innerHeight - deep : deep)) {
      for (let at: Element | null = hit; at && at !== host; at = at.parentElement) {
        const { position } = getComputedStyle(at);
        if (!/fixed|sticky/.test(position)) continue;
        const { top, bottom } = at.getBoundingClientRect();
        const reach = below ? innerHeight - top : bottom;
        // What leaves no room for the box is a page of its own.
        if (reach <= room && (position === 'fixed' || reach <= innerHeight * HIGHEST_STICKY)) bar = Math.max(bar, reach);
      }
    }
  }
  let stack = 0;
  for (const other of document.querySelectorAll(host.localName)) {
    if (other === host) break;
    const high = other.shadowRoot?.querySelector<HTMLElement>(`[data-corner=${corner}]`)?.offsetHeight;
    if (high) stack += high + GAP;
  }
  const inset = parseInt(getComputedStyle(box).getPropertyValue(`--vt-inset-${below ? 'bottom' : 'top'}`)) || 0;
  return [Math.round(bar), Math.max(bar, inset) + stack > room ? 0 : stack];
}
