import type { PublicShow } from '@vitrine/client';
import { cornerOf, dock } from '../shared/corner.ts';
import type { Language } from '../shared/language.ts';
import { raise } from '../shared/layer.ts';
import { isOnAir } from './follow.ts';
import { until } from './when.ts';
import { teaserWords } from './words.ts';

interface Wishes {
  /** The pointer or the focus came near: the app may load. */
  interest(): void;
  open(): void;
  close(): void;
}

/** Makes an element; text only, never markup from outside. */
function el<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** The small picture in the corner that says that there is a show. Its size never changes. */
export class Teaser {
  readonly #box = el('aside', 'teaser');
  readonly #open = el('button', 'open');
  readonly #image = el('img', 'image');
  readonly #badge = el('span', 'badge');
  readonly #viewers = el('span', 'viewers');
  readonly #watching = el('span', 'hidden');
  readonly #title = el('span', 'title');
  readonly #line = el('span', 'line');
  readonly #close = el('button', 'close');
  readonly #root: ShadowRoot;
  #dock: { stop(): void } | undefined;
  #words = teaserWords('en');
  /** The still picture that did not come. */
  #refused: string | null | undefined;

  constructor(root: ShadowRoot, wishes: Wishes) {
    const close = this.#close;
    this.#open.type = close.type = 'button';
    close.append(el('span', 'cross'));
    this.#image.alt = '';
    this.#image.decoding = 'async';
    this.#image.loading = 'lazy'; // an element that the page hides asks for no picture
    const top = el('span', 'top');
    top.append(this.#badge, this.#viewers, this.#watching);
    const picture = el('span', 'picture');
    picture.append(this.#image, top, el('span', 'go'));
    const words = el('span', 'words');
    words.append(this.#title, this.#line);
    this.#open.append(picture, words);
    this.#box.append(this.#open, close);
    for (const name of ['pointerenter', 'focus', 'touchstart']) {
      this.#open.addEventListener(name, () => wishes.interest(), { once: true, passive: true });
    }
    this.#open.onclick = () => wishes.open();
    close.onclick = () => wishes.close();
    this.#root = root;
  }

  show(show: PublicShow, nowMs: number, language: Language): void {
    const words = (this.#words = teaserWords(language.tag));
    [this.#box.lang, this.#box.dir] = [words.locale, language.dir];
    this.#title.lang = language.tag;
    this.#close.ariaLabel = words.hide;
    this.#watching.textContent = ` ${words.watching}. `;
    const live = isOnAir(show.state);
    const ended = show.state === 'ended';
    const quiet = show.cover_url ?? show.products.find((product) => product.image_url)?.image_url;
    // A new picture stands under the same address: the number asks for it again.
    const still = show.still_url && show.still_url !== this.#refused && `${show.still_url}?at=${Math.floor(nowMs / 5_000)}`;
    this.#picture(still || quiet || '', () => {
      this.#refused = show.still_url; // a show that is passed on as it comes has none
      this.#picture(quiet ?? '', () => (this.#image.hidden = true));
    });
    this.#badge.textContent = live ? words.live : ended ? words.ended : words.soon;
    this.#badge.classList.toggle('live', live);
    this.#viewers.textContent = live ? new Intl.NumberFormat(words.locale).format(show.viewers) : '';
    this.#title.textContent = show.title;
    this.#watching.hidden = !live;
    const left = until(show.scheduled_at, nowMs, words.locale);
    const soon = left ? words.startsIn(left) : words.startsSoon;
    this.#line.textContent = live ? words.watchNow : ended ? words.lookBack : soon;
    this.#box.ariaLabel = words.name;
    this.#stand(); // with all its words: whether it fits beside a bar depends on its height
  }

  /** Over everything of the page, in the browser's top layer; where there is none, as high as a style can go. */
  #stand(): void {
    const box = this.#box;
    if (!box.isConnected) this.#root.append(box);
    raise(box); // before anything measures it: WebKit keeps the surroundings in which a box was laid out first
    this.#dock ??= dock(box, () => cornerOf(this.#root.host as HTMLElement, box.dir === 'rtl'));
  }

  #picture(url: string, failed: () => void): void {
    this.#image.hidden = !url;
    this.#image.onerror = failed;
    if (url && this.#image.src !== url) this.#image.src = url;
  }

  /** While the app loads; `failed` says that it did not come. */
  busy(busy: boolean, failed = false): void {
    this.#box.classList.toggle('busy', busy);
    this.#open.ariaBusy = String(busy);
    if (failed) this.#line.textContent = this.#words.failed;
  }

  focus(): void {
    this.#open.focus();
  }

  remove(): void {
    this.#dock?.stop();
    this.#dock = undefined;
    this.#box.remove();
  }
}
