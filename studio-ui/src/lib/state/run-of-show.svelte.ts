import type { Cloud } from '../cloud/cloud.ts';
import type { Coupon, LineupItem, Product, Show } from '../cloud/types.ts';
import type { HighlightCard, HighlightTarget } from '../ipc/backend.ts';
import { LineupEdits } from './lineup-edits.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** A line of the line-up with what it stands for. */
export type Entry =
  | { kind: 'product'; id: string; title: string; product: Product }
  | { kind: 'coupon'; id: string; title: string; coupon: Coupon }
  | { kind: 'gone'; id: string; title: ''; was: 'product' | 'coupon' };

/** The line-up of `show`, each item joined with its product or coupon. */
export function entriesOf(show: Show, products: Product[], coupons: Coupon[]): Entry[] {
  return show.lineup.map((item) => {
    const id = item.kind === 'product' ? item.product_id : item.coupon_id;
    if (item.kind === 'product') {
      const product = products.find((candidate) => candidate.id === id);
      if (product) return { kind: 'product', id, title: product.title, product };
    } else {
      const coupon = coupons.find((candidate) => candidate.id === id);
      if (coupon) return { kind: 'coupon', id, title: coupon.title, coupon };
    }
    return { kind: 'gone', id, title: '', was: item.kind };
  });
}

export function targetOf(entry: Entry): HighlightTarget | null {
  if (entry.kind === 'product') return { kind: 'product', product_id: entry.id };
  if (entry.kind === 'coupon') return { kind: 'coupon', coupon_id: entry.id };
  return null;
}

export function isPinned(entry: Entry, card: HighlightCard | null): boolean {
  if (!card || card.kind !== entry.kind) return false;
  return entry.id === (card.kind === 'product' ? card.product_id : card.coupon_id);
}

/** The open show's line-up, loaded again whenever the desk says that it changed. */
export class RunOfShow {
  readonly loaded: Resource<{ show: Show; products: Product[]; coupons: Coupon[] }>;
  entries = $derived.by<Entry[]>(() => {
    const value = this.loaded.value;
    return value ? entriesOf(this.#edits.shown(value.show), value.products, value.coupons) : [];
  });
  /** The row that P acts on. */
  chosen = $state(0);
  #showId: string;
  #edits: LineupEdits;

  constructor(cloud: Cloud, showId: string) {
    this.#showId = showId;
    this.#edits = new LineupEdits(cloud.setLineup, (show) => {
      if (this.loaded.value) this.loaded.value = { ...this.loaded.value, show };
    });
    this.loaded = new Resource(async () => {
      const [show, products, coupons] = await Promise.all([
        cloud.show(showId),
        cloud.products(),
        cloud.coupons(),
      ]);
      return { show, products, coupons };
    });
  }

  /** Shows the new order at once; rejects when the cloud refused it. */
  setLineup(items: LineupItem[]): Promise<void> {
    return this.#edits.set(this.#showId, items);
  }

  choose(index: number) {
    this.chosen = Math.min(Math.max(0, index), Math.max(0, this.entries.length - 1));
  }
}
