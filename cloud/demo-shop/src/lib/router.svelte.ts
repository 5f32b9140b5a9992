/** Pages without a reload, so that a show that plays goes on while the shopper looks around. */
class Router {
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
    if (path !== location.pathname) history.pushState(null, '', path);
    this.#arrive(path);
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }

  /** For `onclick` of links inside the shop; leaves new-tab clicks alone. */
  follow = (event: MouseEvent): void => {
    const link = (event.currentTarget as HTMLElement).closest('a');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.go(new URL(link.href).pathname);
  };
}

export const router = new Router();
