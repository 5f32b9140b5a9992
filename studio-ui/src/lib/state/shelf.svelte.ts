import { failureOf, type Cloud } from '../cloud/cloud.ts';
import type { Product } from '../cloud/types.ts';
import { Paged } from './paged.svelte.ts';

/** So long nothing more was typed before the cloud is asked (milliseconds). */
const PAUSE = 300;

/** The catalogue as somebody looks through it: what they asked for, how far they came, and where they are when they come back. */
export class Shelf {
  readonly list: Paged<Product>;
  /** What is searched for; beside it no tag counts, as the cloud has it. */
  words = $state('');
  tag = $state<string | null>(null);
  /** Every tag that was seen so far: those of the chosen ones are fewer. */
  tags = $state.raw<string[]>([]);
  /** How far down it is scrolled (CSS pixels). */
  scrolled = 0;
  /** The one that is looked at, and may be changed there. */
  opened: string | null = null;
  /** Something else was asked for than what is shown. */
  seeking = $state(false);
  narrowed = $derived(this.words.trim() !== '' || this.tag !== null);
  readonly #cloud: Cloud;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.list = new Paged(async (after) => {
      const page = await cloud.productPage({ tag: this.tag, words: this.words.trim() || null }, after);
      const seen = page.items.flatMap((product) => product.tags);
      const fresh = seen.filter((tag, n) => !this.tags.includes(tag) && seen.indexOf(tag) === n);
      this.tags = [...this.tags, ...fresh].sort();
      return page;
    });
  }

  /** Somebody typed. */
  search = (words: string) => {
    if (words.trim() === this.words.trim()) return void (this.words = words);
    clearTimeout(this.#timer);
    [this.words, this.tag, this.seeking] = [words, words.trim() ? null : this.tag, true];
    this.#timer = setTimeout(() => void this.#seek(), PAUSE);
  };

  /** Those that have the tag; null: all. */
  choose = (tag: string | null) => {
    clearTimeout(this.#timer);
    [this.words, this.tag, this.seeking] = ['', tag, true];
    void this.#seek();
  };

  #asked = () => JSON.stringify([this.tag, this.words.trim()]);

  async #seek() {
    const asked = this.#asked();
    await this.list.reload();
    if (asked !== this.#asked()) return; // something else by now
    // What was found by something else is no answer to this.
    if (this.list.error) this.list.value = null;
    this.seeking = false;
    this.scrolled = 0;
  }

  /** A product as it is now, in its place; a new one comes first. */
  put = (product: Product) => {
    const page = this.list.value;
    if (!page) return;
    const known = page.items.some(({ id }) => id === product.id);
    const items = known ? page.items.map((one) => (one.id === product.id ? product : one)) : [product, ...page.items];
    this.list.value = { ...page, items };
  };

  /** Looks again at one that may have been changed elsewhere. */
  refresh = async (id: string) => {
    if (!this.list.value?.items.some((one) => one.id === id)) return;
    try {
      this.put(await this.#cloud.product(id));
    } catch (thrown) {
      // Unknown whether it changed: it stays as it was seen.
      if (failureOf(thrown).code !== 'not_found') return;
      const page = this.list.value;
      if (page) this.list.value = { ...page, items: page.items.filter((one) => one.id !== id) };
    }
  };

  stop = () => clearTimeout(this.#timer);
}
