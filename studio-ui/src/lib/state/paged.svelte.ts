import { failureOf } from '../cloud/cloud.ts';
import type { Page } from '../cloud/types.ts';
import { Resource } from './resource.svelte.ts';

/** A list that is read page by page, as far as somebody wants to see. */
export class Paged<T> extends Resource<Page<T>> {
  loadingMore = $state(false);
  items = $derived(this.value?.items ?? []);
  #page: (after: string | null) => Promise<Page<T>>;

  constructor(page: (after: string | null) => Promise<Page<T>>) {
    super(() => page(null));
    this.#page = page;
  }

  get goesOn(): boolean {
    return Boolean(this.value?.next);
  }

  /** The next page, below what is shown. Fails with a code. */
  async more(): Promise<void> {
    const before = this.value;
    if (!before?.next || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const { items, next } = await this.#page(before.next);
      // Loaded anew meanwhile: these may not follow it.
      if (this.value === before) this.value = { items: [...before.items, ...items], next };
    } catch (thrown) {
      throw failureOf(thrown);
    } finally {
      this.loadingMore = false;
    }
  }
}
