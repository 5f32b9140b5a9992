const CLASSIC = 'harbour-thread:classic';

/** Whether this tab is a classic shop, where every link loads a whole page: `?classic` says so, `?classic=off` ends it. */
function isClassic(): boolean {
  const said = new URLSearchParams(location.search).get('classic');
  try {
    if (said === 'off') sessionStorage.removeItem(CLASSIC);
    else if (said !== null) sessionStorage.setItem(CLASSIC, '1');
    return sessionStorage.getItem(CLASSIC) !== null;
  } catch {
    return said !== null && said !== 'off';
  }
}

/** Pages without a reload, unless the shop is a classic one. */
class Router {
  readonly classic = isClassic();
  path = $state(location.pathname);
  readonly #watchers: ((path: string) => void)[] = [];

  constructor() {
    addEventListener('popstate', () => this.#arrive(location.pathname));
  }

  /** Calls now, and after every change of the page. */
  watch(watcher: (path: string) => void): void {
    this.#watchers.push(watcher);
    watcher(this.path);
  }

  #arrive(path: string): void {
    this.path = path;
    for (const watcher of this.#watchers) watcher(path);
  }

  go(path: string): void {
    if (this.classic) return location.assign(path);
    if (path !== location.pathname) history.pushState(null, '', path);
    this.#arrive(path);
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }

  /** For `onclick` of links inside the shop; leaves new-tab clicks alone. */
  follow = (event: MouseEvent): void => {
    const link = (event.currentTarget as HTMLElement).closest('a');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (this.classic) return;
    event.preventDefault();
    this.go(new URL(link.href).pathname);
  };
}

export const router = new Router();
