import type { Cloud } from '../cloud/cloud.ts';
import type { Coupon, LineupItem, Product, Show } from '../cloud/types.ts';
import type { HighlightCard, HighlightTarget } from '../ipc/backend.ts';
import { LineupEdits } from './lineup-edits.svelte.ts';
import { t } from '../text/words.ts';
import { Resource } from './resource.svelte.ts';
import { Seldom } from './seldom.ts';

/** A line of the line-up with what it stands for. */
export type Entry =
  | { kind: 'product'; id: string; title: string; product: Product }
  | { kind: 'coupon'; id: string; title: string; coupon: Coupon }
  | { kind: 'gone'; id: string; title: ''; was: 'product' | 'coupon' }
  /** The catalogue may not be seen. */
  | { kind: 'unseen'; id: string; title: string; was: 'product' | 'coupon' };

/** What a line-up stands for; null: the catalogue may not be seen. */
export interface Goods {
  products: Product[];
  coupons: Coupon[];
}

/** The products of these line-ups, and the coupons. */
export async function goodsOf(cloud: Cloud, shows: readonly Show[]): Promise<Goods> {
  const ids = shows.flatMap(({ lineup }) => lineup.flatMap((item) => (item.kind === 'product' ? [item.product_id] : [])));
  const some = shows.some(({ lineup }) => lineup.some(({ kind }) => kind === 'coupon'));
  const [products, coupons] = await Promise.all([cloud.productsOf(ids), some ? cloud.coupons() : []]);
  return { products, coupons };
}

/** `goods`, with what was just chosen: it is shown at once. */
export const withMore = (goods: Goods, more: Goods): Goods => ({
  products: [...goods.products, ...more.products],
  coupons: [...goods.coupons, ...more.coupons],
});

/** The line-up of `show`, each item joined with its product or coupon. */
export function entriesOf(show: Show, goods: Goods | null): Entry[] {
  return show.lineup.map((item) => {
    const id = item.kind === 'product' ? item.product_id : item.coupon_id;
    if (!goods) return { kind: 'unseen', id, title: t(`lineup.unseen_${item.kind}`), was: item.kind };
    if (item.kind === 'product') {
      const product = goods.products.find((one) => one.id === id);
      if (product) return { kind: 'product', id, title: product.title, product };
    } else {
      const coupon = goods.coupons.find((one) => one.id === id);
      if (coupon) return { kind: 'coupon', id, title: coupon.title, coupon };
    }
    return { kind: 'gone', id, title: '', was: item.kind };
  });
}

/** Whether it stands for a product or for a coupon. */
export const kindOf = (entry: Entry): 'product' | 'coupon' => ('was' in entry ? entry.was : entry.kind);

export function targetOf(entry: Entry): HighlightTarget | null {
  if (entry.kind === 'gone') return null;
  return kindOf(entry) === 'product' ? { kind: 'product', product_id: entry.id } : { kind: 'coupon', coupon_id: entry.id };
}

export function isPinned(entry: Entry, card: HighlightCard | null): boolean {
  if (!card || entry.kind === 'gone' || card.kind !== kindOf(entry)) return false;
  return entry.id === (card.kind === 'product' ? card.product_id : card.coupon_id);
}

/** The open show's line-up, loaded again whenever the desk says that it changed. */
export class RunOfShow {
  readonly loaded: Resource<{ show: Show; goods: Goods | null }>;
  entries = $derived.by<Entry[]>(() => {
    const value = this.loaded.value;
    return value ? entriesOf(this.#edits.shown(value.show), value.goods) : [];
  });
  /** The row that P acts on. */
  chosen = $state(0);
  #showId: string;
  #edits: LineupEdits;
  readonly #seldom: Seldom;

  /** `sees`: whether the catalogue may be seen. */
  constructor(cloud: Cloud, showId: string, sees = true) {
    this.#showId = showId;
    this.#edits = new LineupEdits(cloud.setLineup, (show) => {
      if (this.loaded.value) this.loaded.value = { ...this.loaded.value, show };
    });
    this.loaded = new Resource(async () => {
      const show = await cloud.show(showId);
      return { show, goods: sees ? await goodsOf(cloud, [show]) : null };
    });
    this.#seldom = new Seldom(async () => {
      await this.loaded.reload();
      return this.loaded.error === null;
    });
  }

  /** The line-up changed, or a price or a count of what is in it: each sale tells so. */
  soon = () => this.#seldom.soon();
  stop = () => this.#seldom.stop();

  /** Shows the new order at once (`more`: what is new in it); rejects when the cloud refused it. */
  setLineup(items: LineupItem[], more?: Goods): Promise<void> {
    const value = this.loaded.value;
    if (more && value?.goods) this.loaded.value = { ...value, goods: withMore(value.goods, more) };
    return this.#edits.set(this.#showId, items);
  }

  choose(index: number) {
    this.chosen = Math.min(Math.max(0, index), Math.max(0, this.entries.length - 1));
  }
}
