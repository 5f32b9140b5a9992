import type { PublicChannel, PublicShow } from '@vitrine/client';
import { ask } from '../shared/ask.ts';
import { languageOf, watchLanguage } from '../shared/language.ts';
import { partsAt, type LoadPart } from '../shared/parts.ts';
import { tell, type AppModule, type Kept, type Mounted, type ViewName } from '../shared/place.ts';
import { cloudBase } from './base.ts';
import { choiceOf } from './choice.ts';
import { css } from './css.ts';
import { isClosed, rememberClosed } from './closed.ts';
import { follows, isOnAir } from './follow.ts';
import { followPage, isLookedAt, watchDrawn } from './page.ts';
import { forget, leave, takeUp, type Left } from './tab.ts';
import { tappedVideo } from './tap.ts';
import { Teaser } from './teaser.ts';

const LIVE_EVERY_MS = 20_000;
const QUIET_EVERY_MS = 60_000;
const FAILED_FIRST_MS = 5_000;
/** What was asked within this is fresh enough for a shopper who looks again. */
const FRESH_MS = 5_000;

/** When a new page looks for what the page before left, each after the one before, in milliseconds. */
const LATE_MS = [0, 60, 200, 500, 1_000];

/**
 * `<vitrine-show channel="…">` or `<vitrine-show show="…">`.
 *
 * `view`: none for the teaser that opens the stage, `inline` for the stage in the page, `chat` for the chat alone.
 * `lang`, `market` and `currency` say whom products are told and priced for. `open` opens and closes the stage. A wrong attribute shows nothing; it never throws.
 */
export class VitrineShow extends HTMLElement {
  static readonly observedAttributes = ['channel', 'show', 'view', 'cloud', 'open', 'market', 'currency'];

  readonly #root: ShadowRoot;
  #teaser: Teaser | null = null;
  #show: PublicShow | null = null;
  #app: Mounted | null = null;
  /** What the next mount takes over: from the page before, or from before the element was hidden. */
  #kept: Kept | null = null;
  #video: HTMLVideoElement | null = null;
  /** Begun by the page before, and not yet confirmed by the cloud. */
  #resumed = false;
  #drawn = true;
  #endedAtMs = 0;
  #askedAtMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #parting: ReturnType<typeof setTimeout> | undefined;
  #near: IntersectionObserver | undefined;
  #unfollow: (() => void) | undefined;
  #undraw: (() => void) | undefined;
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
    this.#unwatch?.();
    this.#unwatch = watchLanguage(this, (language) => {
      if (this.#show) this.#teaser?.show(this.#show, Date.now(), language);
      void this.#load(true);
    });
    if (this.#parting !== undefined) {
      // Moved, not removed: the picture plays on.
      clearTimeout(this.#parting);
      this.#parting = undefined;
      forget(this.#whose);
      return this.#app?.moved?.();
    }
    this.#unfollow = followPage({
      leaves: (frozen) => {
        this.#remember();
        if (frozen) this.#stop(true); // sockets closed: only so may the page be kept
      },
      returns: () => {
        this.removeAttribute('open'); // unless the page before left it open
        this.#restart(LATE_MS.slice(1)); // what this page itself remembers is of another time
      },
      looked: (at, first) => (at ? this.#lookedAt(first) : this.#remember()),
    });
    this.#restart();
  }

  /** Moves without leaving the page (`moveBefore`): nothing has to be done. */
  connectedMoveCallback(): void {}

  disconnectedCallback(): void {
    this.#remember(); // for a page that puts another element of the same show in its place
    this.#parting = setTimeout(() => {
      this.#parting = undefined;
      this.#unwatch?.();
      this.#unfollow?.();
      this.#unfollow = undefined;
      this.#stop(true);
    });
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || !this.#unfollow || before === now) return;
    if (name === 'open') this.#followOpen();
    else if (name === 'market' || name === 'currency') void this.#load(true);
    else this.#restart();
  }

  get #view(): ViewName {
    const view = this.getAttribute('view');
    return view === 'inline' || view === 'chat' ? view : 'stage';
  }

  get #base(): string {
    return cloudBase(this.getAttribute('cloud'));
  }

  /** Which show of which page this is, in the tab's memory. */
  get #whose(): string {
    return [this.#view, this.#base, this.getAttribute('show'), this.getAttribute('channel')].join(' ');
  }

  #restart(lateMs: readonly number[] = LATE_MS): void {
    this.#stop();
    const [life, [wait]] = [this.#life, lateMs];
    const begin = () => {
      if (life !== this.#life) return;
      if (this.open && this.#show) this.#mount();
      void this.#load();
    };
    this.#resume(lateMs);
    // Not before the first look: an app that stands takes nothing up.
    if (wait) setTimeout(begin, wait);
    else begin();
  }

  /** Takes up what the page before left. That page may go away while this one comes: what it leaves can be a moment late. */
  #resume([wait, ...later]: readonly number[]): void {
    if (wait === undefined || this.#app || (this.#show && this.open)) return;
    const [life, whose] = [this.#life, this.#whose];
    const look = () => {
      const left = life === this.#life && !this.#app ? takeUp(whose, Date.now()) : null;
      if (left) this.#takeOver(left);
      else if (life === this.#life) this.#resume(later);
    };
    if (wait > 0) setTimeout(look, wait);
    else look();
  }

  #takeOver({ show, kept }: Left): void {
    // A stage comes back in the corner: the page is what the shopper asked for. One that is not on air waits for a tap.
    const mini = this.#view === 'stage' && isOnAir(show.state);
    this.#kept = { ...kept, mini };
    if (!mini) return;
    [this.#show, this.#resumed] = [show, true];
    this.#watchDrawn();
    // At once, and side by side: the picture is to be back before the shopper has found it missing.
    void load(this.#base, 'engine').catch(() => undefined);
    this.open = true;
  }

  /** `goes`: with its page, or out of it. */
  #stop(goes = false): void {
    this.#life += 1;
    this.#failures = this.#endedAtMs = 0;
    this.#askedAtMs = -Infinity;
    this.#show = this.#kept = null;
    [this.#resumed, this.#drawn] = [false, true];
    clearTimeout(this.#timer);
    this.#near?.disconnect();
    this.#undraw?.();
    this.#undraw = undefined;
    this.#unmount(goes);
    this.#dropTeaser();
  }

  /** Leaves to the next page what this one shows. */
  #remember(): void {
    if (this.#app) this.#kept = this.#app.keep?.() ?? {};
    if (!this.#show || !this.#kept || (this.#view === 'stage' && !this.open)) return;
    leave(this.#whose, { show: this.#shown ?? this.#show, kept: this.#kept }, Date.now());
  }

  /** The show as it stands: the room tells the app more than the loader was told. */
  get #shown(): PublicShow | null {
    return this.#app?.show?.() ?? this.#show;
  }

  #lookedAt(first: boolean): void {
    if (first) this.#resume(LATE_MS); // the page before has gone only now
    else forget(this.#whose);
    if (!this.#app && this.#show && this.open) this.#mount();
    if (performance.now() - this.#askedAtMs > FRESH_MS) void this.#load();
  }

  /** A hidden element is silent: it lets go of picture and room, and takes them up again when it is drawn. */
  #draw(is: boolean): void {
    this.#drawn = is;
    if (!is) {
      this.#near?.disconnect();
      if (!this.#app) return;
      this.#kept = this.#app.keep?.() ?? {};
      if (this.#view === 'stage' && isOnAir(this.#shown?.state)) this.#kept.mini = true;
      return this.#unmount();
    }
    if (this.#show && !this.#app) this.#take(this.#show);
    if (performance.now() - this.#askedAtMs > FRESH_MS) void this.#load();
  }

  /** Asks the cloud what there is, draws it, and asks again later. `chosen`: for another language, market or currency. */
  async #load(chosen = false): Promise<void> {
    const life = this.#life;
    const base = this.#base;
    const choice = choiceOf(this);
    const [show, channel] = [this.getAttribute('show'), this.getAttribute('channel')];
    if (!base || (!show && !channel)) return;
    clearTimeout(this.#timer);
    let wait = QUIET_EVERY_MS;
    // A tab in the background asks once, so that it has something to show when it is looked at. On air the room tells.
    const first = this.#askedAtMs < 0;
    if (first || chosen || (isLookedAt() && this.#drawn && !(this.#app && isOnAir(this.#shown?.state)))) {
      this.#askedAtMs = performance.now();
      try {
        // By hand: an error's own words, which the client brings along, are of no use here.
        const answer = await ask(`${base}/v1/public/${show ? 'shows' : 'channels'}/${encodeURIComponent(show || channel!)}${choice}`);
        if (!answer.ok) throw new Error(answer.statusText);
        const told: unknown = await answer.json();
        if (life !== this.#life || choice !== choiceOf(this)) return; // or another is on its way
        const found = show ? (told as PublicShow) : (told as PublicChannel).show;
        this.#failures = 0;
        this.#found(found);
        if (found && found.state !== 'ended' && !isClosed(found.id)) wait = LIVE_EVERY_MS;
      } catch {
        if (life !== this.#life) return;
        wait = Math.min(FAILED_FIRST_MS * 2 ** this.#failures, QUIET_EVERY_MS);
        this.#failures += 1;
      }
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), wait * (0.85 + Math.random() * 0.3));
  }

  /** The cloud's word on what there is to show. */
  #found(found: PublicShow | null): void {
    // It ended between two pages. An end that the app knows of itself stays, with its goodbye.
    if (this.#resumed && isOnAir(this.#shown?.state) && !isOnAir(found?.state)) this.open = false;
    this.#resumed = false;
    if (!this.#app) return this.#take(found);
    if (!found) return;
    if (found.id === this.#show?.id) {
      this.#app.take?.(found);
      this.#show = found;
    } else if (this.#goesOnTo(found)) {
      const kept = this.#app?.keep?.() ?? null;
      this.#unmount();
      this.#kept = kept && { ...kept, sheet: null };
      this.#take(found);
    }
  }

  #goesOnTo(next: PublicShow): boolean {
    const state = this.#shown?.state;
    if (state === 'ended') this.#endedAtMs ||= Date.now();
    return follows(state, this.#endedAtMs ? Date.now() - this.#endedAtMs : 0, next.state);
  }

  #take(show: PublicShow | null): void {
    this.#show = show;
    if (!show) return this.#dropTeaser();
    this.#watchDrawn();
    if (!this.#drawn) return;
    if (this.#view !== 'stage') return this.#mountWhenNear();
    if (this.open) return this.#mount();
    if (isClosed(show.id)) return this.#dropTeaser();
    this.#teaser ??= new Teaser(this.#root, {
      interest: () => void loadApp(this.#base).then((app) => app.prepare?.(this), () => undefined),
      open: () => (this.open = true),
      close: () => {
        this.open = false; // pressed a moment ago, and still loading
        if (this.#show) rememberClosed(this.#show.id);
        this.#dropTeaser();
        tell(this, 'dismiss', { show: this.#show?.id });
      },
    });
    this.#teaser.show(show, Date.now(), languageOf(this));
  }

  #watchDrawn(): void {
    this.#undraw ??= watchDrawn(this.#root, (is) => this.#draw(is));
  }

  #followOpen(): void {
    if (this.#view !== 'stage' || !this.#base) return;
    if (this.open) {
      if (!this.#resumed) this.#video = tappedVideo(); // now: a tap is over before the app is there
      return this.#mount();
    }
    [this.#kept, this.#resumed] = [null, false];
    if (!this.#app) return this.#teaser?.busy(false);
    forget(this.#whose);
    const focused = this.#root.activeElement;
    this.#unmount();
    if (this.#show) this.#take(this.#show);
    if (focused) this.#teaser?.focus(); // not taken from the page, when the stage closes by itself
    tell(this, 'close', { show: this.#show?.id });
    void this.#load();
  }

  #mountWhenNear(): void {
    this.#near?.disconnect();
    this.#near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        this.#near?.disconnect();
        this.#mount();
      },
      { rootMargin: '300px' },
    );
    this.#near.observe(this);
  }

  #mount(): void {
    // Nobody looks: `looked` and `draw` come back to it. A page that is only prerendered must not play.
    if (this.#show && this.#drawn && isLookedAt()) void this.#mountNow();
  }

  async #mountNow(): Promise<void> {
    const life = this.#life;
    this.#teaser?.busy(true);
    try {
      const app = await loadApp(this.#base);
      await app.prepare?.(this);
      const show = this.#show;
      if (life !== this.#life || !show || !this.#drawn || this.#app || (this.#view === 'stage' && !this.open)) return;
      this.#dropTeaser();
      this.#app = app.mount({
        root: this.#root,
        host: this,
        show,
        cloud: this.#base,
        view: this.#view,
        choice: () => choiceOf(this),
        close: () => (this.open = false),
        kept: this.#kept,
        video: this.#video,
      });
      this.#kept = this.#video = null;
      this.#endedAtMs = 0;
      if (this.#view === 'stage') tell(this, 'open', { show: show.id });
    } catch {
      if (life !== this.#life) return;
      if (this.#view === 'stage') {
        this.open = false;
        if (this.#show) this.#take(this.#show);
      }
      this.#teaser?.busy(false, true);
    }
  }

  #unmount(goes = false): void {
    this.#app?.destroy(goes);
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
