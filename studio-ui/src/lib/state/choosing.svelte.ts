import type { Cloud } from '../cloud/cloud.ts';
import type { Product } from '../cloud/types.ts';
import { Resource } from './resource.svelte.ts';

/** So long nothing more was typed before the cloud is asked (milliseconds). */
const PAUSE = 300;

/** The catalogue, to choose from: its newest products, and of a longer one what the cloud finds beyond them. */
export class Choosing {
  readonly loaded: Resource<{ products: Product[]; whole: boolean }>;
  #cloud: Cloud;
  #beyond = $state.raw<Product[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = '';

  /** `chosen`: those that are chosen already are there, however old they are. */
  constructor(cloud: Cloud, chosen: () => readonly string[] = () => []) {
    this.#cloud = cloud;
    this.loaded = new Resource(async () => {
      const { items, whole } = await cloud.products();
      const older = whole ? [] : await cloud.productsOf(chosen().filter((id) => !items.some((one) => one.id === id)));
      return { products: [...older, ...items], whole };
    });
  }

  /** All that is known of. */
  get products(): Product[] {
    return [...(this.loaded.value?.products ?? []), ...this.#beyond];
  }

  /** Those whose title has `text`, and those that the cloud finds by it. */
  matching(text: string): Product[] {
    const words = text.trim().toLowerCase();
    const of = (this.loaded.value?.products ?? []).filter(({ title }) => title.toLowerCase().includes(words));
    return words === this.#asked ? [...of, ...this.#beyond] : of;
  }

  /** Somebody typed. What is found stays known, so that it can be chosen. */
  search = (text: string) => {
    clearTimeout(this.#timer);
    const words = text.trim().toLowerCase();
    if (!words || this.loaded.value?.whole !== false) return;
    this.#timer = setTimeout(() => void this.#ask(words), PAUSE);
  };

  async #ask(words: string) {
    // What is loaded can be chosen from without it.
    const { items } = await this.#cloud.findProducts(words).catch(() => ({ items: [] }));
    const known = this.loaded.value?.products ?? [];
    this.#asked = words;
    this.#beyond = items.filter(({ id }) => !known.some((one) => one.id === id));
  }

  stop = () => clearTimeout(this.#timer);
}
