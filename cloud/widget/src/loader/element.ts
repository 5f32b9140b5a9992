import { PublicCloud, type PublicShow } from '@vitrine/client';
import { languageOf, watchLanguage } from '../shared/language.ts';
import { partsAt, type LoadPart } from '../shared/parts.ts';
import { tell, type AppModule, type ViewName } from '../shared/place.ts';
import { cloudBase } from './base.ts';
import { css } from './css.ts';
import { closedShow, rememberClosed } from './closed.ts';
import { Teaser } from './teaser.ts';

const LIVE_EVERY_MS = 20_000;
const QUIET_EVERY_MS = 60_000;
const FAILED_FIRST_MS = 5_000;

/**
 * `<vitrine-show channel="…">` or `<vitrine-show show="…">`.
 *
 * `view`: none for the teaser that opens the stage, `inline` for the stage in the page, `chat` for the chat alone.
 * `open` opens and closes the stage. A wrong attribute shows nothing; it never throws.
 */
export class VitrineShow extends HTMLElement {
  static readonly observedAttributes = ['channel', 'show', 'view', 'cloud', 'open'];

  readonly #root: ShadowRoot;
  #teaser: Teaser | null = null;
  #show: PublicShow | null = null;
  #app: { destroy(): void } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #near: IntersectionObserver | undefined;
  /** Counts restarts, so that late answers of an earlier life are dropped. */
  #life = 0;
  #failures = 0;
  #unwatch: (() => void) | undefined;

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet];
  }

  get open(): boolean {
    return this.hasAttribute('open');
  }
  set open(open: boolean) {
    this.toggleAttribute('open', open);
  }

  connectedCallback(): void {
    this.#unwatch = watchLanguage(this, (language) => this.#show && this.#teaser?.show(this.#show, Date.now(), language));
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#unwatch?.();
    this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || before === now) return;
    if (name === 'open') this.#followOpen();
    else this.#restart();
  }

  get #view(): ViewName {
    const view = this.getAttribute('view');
    return view === 'inline' || view === 'chat' ? view : 'stage';
  }

  #restart(): void {
    this.#stop();
    void this.#load();
  }

  #stop(): void {
    this.#life += 1;
    this.#failures = 0;
    this.#show = null;
    clearTimeout(this.#timer);
    this.#near?.disconnect();
    this.#unmount();
    this.#dropTeaser();
  }

  /** Asks the cloud what there is, draws it, and asks again later. */
  async #load(): Promise<void> {
    const life = this.#life;
    const base = cloudBase(this.getAttribute('cloud'));
    const [show, channel] = [this.getAttribute('show'), this.getAttribute('channel')];
    if (!base || (!show && !channel)) return;
    let wait = QUIET_EVERY_MS;
    if (document.visibilityState === 'visible' && !this.#app) {
      try {
        const cloud = new PublicCloud(base);
        const found = show ? await cloud.show(show) : (await cloud.channel(channel ?? '')).show;
        if (life !== this.#life) return;
        this.#failures = 0;
        this.#take(found, base);
        if (found && found.state !== 'ended' && closedShow() !== found.id) wait = LIVE_EVERY_MS;
      } catch {
        if (life !== this.#life) return;
        wait = Math.min(FAILED_FIRST_MS * 2 ** this.#failures, QUIET_EVERY_MS);
        this.#failures += 1;
      }
    }
    this.#timer = setTimeout(() => void this.#load(), wait * (0.85 + Math.random() * 0.3));
  }

  #take(show: PublicShow | null, base: string): void {
    this.#show = show;
    if (!show || this.#app) return show ? undefined : this.#dropTeaser();
    if (this.#view !== 'stage') return this.#mountWhenNear(base);
    if (this.open) return void this.#mount(base);
    if (closedShow() === show.id) return this.#dropTeaser();
    this.#teaser ??= new Teaser(this.#root, {
      interest: () => void loadApp(base).then((app) => app.prepare?.(this), () => undefined),
      open: () => (this.open = true),
      close: () => {
        if (this.#show) rememberClosed(this.#show.id);
        this.#dropTeaser();
        tell(this, 'dismiss', { show: this.#show?.id });
      },
    });
    this.#teaser.show(show, Date.now(), languageOf(this));
  }

  #followOpen(): void {
    const base = cloudBase(this.getAttribute('cloud'));
    if (this.#view !== 'stage' || !base) return;
    if (!this.open) {
      if (!this.#app) return;
      this.#unmount();
      if (this.#show) this.#take(this.#show, base);
      this.#teaser?.focus();
      tell(this, 'close', { show: this.#show?.id });
      clearTimeout(this.#timer);
      void this.#load();
    } else if (this.#show) void this.#mount(base);
  }

  #mountWhenNear(base: string): void {
    this.#near?.disconnect();
    this.#near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        this.#near?.disconnect();
        void this.#mount(base);
      },
      { rootMargin: '300px' },
    );
    this.#near.observe(this);
  }

  async #mount(base: string): Promise<void> {
    const life = this.#life;
    this.#teaser?.busy(true);
    try {
      const app = await loadApp(base);
      await app.prepare?.(this);
      const show = this.#show;
      if (life !== this.#life || !show || this.#app || (this.#view === 'stage' && !this.open)) return;
      this.#dropTeaser();
      this.#app = app.mount({
        root: this.#root,
        host: this,
        show,
        cloud: base,
        view: this.#view,
        close: () => (this.open = false),
      });
      if (this.#view === 'stage') tell(this, 'open', { show: show.id });
    } catch {
      if (life !== this.#life) return;
      if (this.#view === 'stage') this.open = false;
      this.#teaser?.busy(false, true);
    }
  }

  #unmount(): void {
    this.#app?.destroy();
    this.#app = null;
  }

  #dropTeaser(): void {
    this.#teaser?.remove();
    this.#teaser = null;
  }
}

const clouds = new Map<string, LoadPart>();

/** A part of the widget, once for each cloud; a failed try is forgotten, so that the next press asks again. */
function load<T>(base: string, name: string): Promise<T> {
  let part = clouds.get(base);
  if (!part) clouds.set(base, (part = partsAt(`${base}/widget/`)));
  return part<T>(name);
}

const loadApp = (base: string) => load<AppModule>(base, 'app');
