/** What going to an address needs of the page. */
export interface Way {
  here: string;
  go(url: string): void;
  open(url: string): void;
}

const page: Way = {
  get here() {
    return location.href;
  },
  go: (url) => location.assign(url),
  open: (url) => void window.open(url, '_blank', 'noopener'),
};

/**
 * Goes to an address of the shop. On the page's own origin it is this tab, where the show plays on in the corner of
 * the next page; another origin cannot know of the show, so it opens beside it.
 */
export function visit(url: string, way: Way = page): void {
  let origin = '';
  try {
    origin = new URL(url, way.here).origin;
  } catch {
    // Not an address: the browser says so in a tab of its own.
  }
  if (origin === new URL(way.here).origin) way.go(url);
  else way.open(url);
}

/** A click that asks the browser for another tab or window; that is the browser's own business. */
export function asksForTab(event: MouseEvent): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}
