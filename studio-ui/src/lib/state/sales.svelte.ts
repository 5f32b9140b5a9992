import type { Cloud, OrdersAsked } from '../cloud/cloud.ts';
import type { Order, OrderTotals } from '../cloud/types.ts';
import { Resource } from './resource.svelte.ts';
import { Seldom } from './seldom.ts';

interface Sold {
  /** Of all orders, however many there are. */
  totals: OrderTotals;
  /** Newest first, as far as they were looked at. */
  orders: Order[];
  /** Where the older ones go on; null: there are none. */
  next: string | null;
}

/**
 * What was sold: the cloud's own sums, and its newest orders.
 * A window that added up what it has heard would be wrong after the first gap in its line.
 */
export class Sales {
  readonly #cloud: Cloud;
  readonly #asked: OrdersAsked;
  readonly loaded: Resource<Sold>;
  loadingMore = $state(false);
  readonly #seldom: Seldom;

  /** `asked`: which orders; the sums are those of its show, or of the whole organisation. */
  constructor(cloud: Cloud, asked: OrdersAsked) {
    this.#cloud = cloud;
    this.#asked = asked;
    this.loaded = new Resource(async () => {
      const [totals, page] = await Promise.all([cloud.orderTotals(asked.show ?? null), cloud.orders(asked, null)]);
      return { totals, orders: page.items, next: page.next ?? null };
    });
    this.#seldom = new Seldom(async () => {
      await this.loaded.reload();
      return this.loaded.error === null;
    });
  }

  /** Something was sold, or may have been while nobody heard of it. */
  soon = () => this.#seldom.soon();

  /** Older orders, below those that are shown. */
  async more() {
    const before = this.loaded.value;
    if (!before?.next || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const page = await this.#cloud.orders(this.#asked, before.next);
      // Asked anew meanwhile: the list begins again, and these may not follow it.
      if (this.loaded.value !== before) return;
      this.loaded.value = { ...before, orders: [...before.orders, ...page.items], next: page.next ?? null };
    } finally {
      this.loadingMore = false;
    }
  }

  stop = () => this.#seldom.stop();
}
