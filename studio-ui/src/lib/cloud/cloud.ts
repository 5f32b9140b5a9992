/** The second lane: everything that is not live goes to the cloud's HTTP through `cloudFetch`. */
import { CommandFailure, type Backend } from '../ipc/backend.ts';
import type { Intent } from './intent.ts';
import { Lane, read } from './lane.ts';
import { batches, eachOf } from './many.ts';
import { change } from './stale.ts';
import type {
  Ban,
  Coupon,
  CouponPatch,
  LineupItem,
  MarketPriceDraft,
  NewCoupon,
  NewProduct,
  Order,
  OrderChangeDraft,
  OrderTotals,
  Page,
  PriceChange,
  Product,
  ProductPatch,
  ProductText,
  PublishKey,
  Show,
  ShowHealth,
  StockChange,
  StockChangeDraft,
} from './types.ts';

/** Orders that a screen shows before it is asked for more. */
const ORDERS = 50;
/** Products that are asked for by their ids at once: fewer than a page has, and than an address may hold. */
const AT_ONCE = 100;
/** Requests that are on their way at once, where each asks for one thing. */
const IN_FLIGHT = 6;

export interface ShowDraft {
  title: string;
  /** RFC 3339, UTC; null: no date. */
  scheduled_at: string | null;
  /** The same, of its planned end. */
  planned_end_at: string | null;
}

/** Which orders are asked for; what is null does not matter. */
export interface OrdersAsked {
  show?: string | null;
  flag?: string | null;
  source?: string | null;
  reference?: string | null;
}

/** Which products are asked for; what is null does not matter. */
export interface ProductsAsked {
  tag: string | null;
  /** Found by these; a tag does not count beside them. */
  words: string | null;
}

const NONE = { idempotencyKey: null, ifMatch: null };

/** Typed calls for one organisation. */
export class Cloud {
  #backend: Backend;
  #lane: Lane;
  readonly org: string;

  constructor(backend: Backend, org: string) {
    this.#backend = backend;
    this.#lane = new Lane(backend, `/v1/orgs/${org}`);
    this.org = org;
  }

  shows = () => this.#list<Show>('/shows');
  show = (id: string) => this.#call<Show>('GET', `/shows/${id}`);
  createShow = (draft: ShowDraft, intent?: Intent) => this.#lane.call<Show>('POST', '/shows', draft, { intent });
  /** Changes a show as it was seen. */
  changeShow = (seen: Show, draft: Partial<ShowDraft>) =>
    change(
      seen,
      (base) => this.#lane.call<Show>('PATCH', `/shows/${seen.id}`, draft, { seen: base }),
      () => this.show(seen.id),
      (was, now) => was.title === now.title && was.scheduled_at === now.scheduled_at && was.planned_end_at === now.planned_end_at,
    );
  deleteShow = (id: string) => this.#call<void>('DELETE', `/shows/${id}`);
  setLineup = (id: string, items: LineupItem[]) =>
    this.#call<Show>('PUT', `/shows/${id}/lineup`, { items });
  showHealth = (id: string) => this.#call<ShowHealth>('GET', `/shows/${id}/health`);
  endShow = (id: string) => this.#call<Show>('POST', `/shows/${id}/end`);
  newPublishKey = (id: string) => this.#call<PublishKey>('POST', `/shows/${id}/publish-key`);

  /** The newest of the catalogue, for choosing from it. */
  products = () => this.#lane.newest<Product>('/products');
  /** What is found by some words; a cloud that does not search answers with its newest. */
  findProducts = (words: string) => this.#lane.page<Product>('/products', { q: words, limit: '50' });
  /**
   * Those products, however long the catalogue is; one that is gone is left out. A cloud that does not know `id` answers with
   * its newest: the rest is asked for one by one then.
   */
  productsOf = async (ids: readonly string[]): Promise<Product[]> => {
    const wanted = [...new Set(ids)];
    const found = await Promise.all(batches(wanted, AT_ONCE).map((batch) => this.#batch(batch)));
    return found.flat();
  };
  productPage = ({ tag, words }: ProductsAsked, after: string | null) =>
    this.#lane.page<Product>('/products', { ...(words ? { q: words } : { tag }), after, limit: '100' });
  product = (id: string) => this.#call<Product>('GET', `/products/${id}`);
  createProduct = (product: NewProduct, intent?: Intent) =>
    this.#lane.call<Product>('POST', '/products', product, { intent });
  /** Changes a product as it was seen; what is sold meanwhile stays sold, and does not matter. */
  changeProduct = (seen: Product, fields: ProductPatch) =>
    change(
      seen,
      (base) => this.#lane.call<Product>('PATCH', `/products/${seen.id}`, fields, { seen: base }),
      () => this.product(seen.id),
      sameButStock,
    );
  removeProduct = (id: string) => this.#call<void>('DELETE', `/products/${id}`);
  /** Puts a picture behind those that it has; the same one again changes nothing. `picture`: a data URL. */
  addPicture = async (id: string, picture: string) =>
    read<Product>(await this.#backend.cloudPutPicture(this.#lane.path(`/products/${id}/pictures`), picture, NONE));
  /** `picture`: a data URL. */
  setPicture = async (id: string, picture: string) =>
    read<Product>(await this.#backend.cloudPutPicture(this.#lane.path(`/products/${id}/image`), picture, NONE));

  /** Moves a variant's count by so many pieces: what is sold meanwhile stays sold. */
  moveStock = (product: string, variant: string, draft: StockChangeDraft, intent: Intent) =>
    this.#lane.call<StockChange>('POST', `/products/${product}/variants/${variant}/stock-changes`, draft, { intent });
  /** Sets a variant's count to what was counted on the shelf. */
  countStock = async (seen: Product, variant: string, count: { stock: number; note?: string }) => {
    const path = `/products/${seen.id}/variants/${variant}/stock`;
    return change(
      seen,
      (base) => this.#lane.call<Product>('PUT', path, count, { seen: base }),
      () => this.product(seen.id),
      // Another count of this variant would be written over.
      (was, now) => stockOf(was, variant) === stockOf(now, variant),
    );
  };
  stockChanges = (product: string, variant: string, after: string | null) =>
    this.#lane.page<StockChange>(`/products/${product}/variants/${variant}/stock-changes`, { after, limit: '20' });
  prices = (product: string, variant: string, after: string | null) =>
    this.#lane.page<PriceChange>(`/products/${product}/variants/${variant}/prices`, { after, limit: '20' });

  /** Sets what a product is called in a language. */
  setText = (seen: Product, language: string, text: ProductText) => this.#localize(seen, `texts/${language}`, text, textOf(language));
  removeText = (seen: Product, language: string) => this.#localize(seen, `texts/${language}`, null, textOf(language));
  /** Sets all that a variant costs beside its base price. */
  setMarketPrices = (seen: Product, variant: string, prices: MarketPriceDraft[]) =>
    this.#localize(seen, `variants/${variant}/market-prices`, { prices }, ({ variants }) => variants.find(({ id }) => id === variant)?.prices);

  /** What is changed is all that matters of a product: the rest may move meanwhile. `body`: null takes it away. */
  #localize(seen: Product, part: string, body: object | null, matters: (product: Product) => unknown): Promise<Product> {
    const path = `/products/${seen.id}/${part}`;
    return change(
      seen,
      (base) => this.#lane.call<Product>(body ? 'PUT' : 'DELETE', path, body ?? undefined, { seen: base }),
      () => this.product(seen.id),
      (was, now) => JSON.stringify(matters(was)) === JSON.stringify(matters(now)),
    );
  }

  coupons = () => this.#list<Coupon>('/coupons');
  coupon = (id: string) => this.#call<Coupon>('GET', `/coupons/${id}`);
  createCoupon = (coupon: NewCoupon, intent?: Intent) => this.#lane.call<Coupon>('POST', '/coupons', coupon, { intent });
  changeCoupon = (seen: Coupon, patch: CouponPatch) =>
    change(
      seen,
      (base) => this.#lane.call<Coupon>('PATCH', `/coupons/${seen.id}`, patch, { seen: base }),
      () => this.coupon(seen.id),
    );
  endCoupon = (id: string, intent?: Intent) => this.#lane.call<Coupon>('POST', `/coupons/${id}/end`, undefined, { intent });

  /** Newest first, those that fit; `after`: where the page before ended. */
  orders = ({ show, flag, source, reference }: OrdersAsked, after: string | null) =>
    this.#lane.page<Order>('/orders', { limit: String(ORDERS), show, flag, source, external_ref: reference, after });
  order = (id: string) => this.#call<Order>('GET', `/orders/${id}`);
  orderTotals = (show: string | null) =>
    this.#call<OrderTotals>('GET', `/orders/totals${show ? `?show=${show}` : ''}`);
  cancelOrder = (id: string, draft: OrderChangeDraft, intent: Intent) =>
    this.#lane.call<Order>('POST', `/orders/${id}/cancellations`, draft, { intent });
  refundOrder = (id: string, draft: OrderChangeDraft, intent: Intent) =>
    this.#lane.call<Order>('POST', `/orders/${id}/refunds`, draft, { intent });

  bans = async (show: string) =>
    (await this.#call<Page<Ban>>('GET', `/shows/${show}/bans`)).items;
  /** Takes a ban back, with all that it removed. */
  unban = (show: string, ban: string) =>
    this.#call<void>('DELETE', `/shows/${show}/bans/${ban}?restore=true`);

  async #batch(ids: string[]): Promise<Product[]> {
    const query = new URLSearchParams([...ids.map((id) => ['id', id]), ['limit', String(2 * AT_ONCE)]]);
    const { items, next } = await this.#call<Page<Product>>('GET', `/products?${query}`);
    const found = items.filter(({ id }) => ids.includes(id));
    // Whatever was not asked for tells that the ids were not read.
    if (found.length === items.length && !next) return found;
    const rest = ids.filter((id) => !found.some((one) => one.id === id));
    return [...found, ...(await eachOf(rest, IN_FLIGHT, (id) => this.product(id).catch(goneIsNull)))].filter((one) => one !== null);
  }

  #list<T>(path: string): Promise<T[]> {
    return this.#lane.list<T>(path);
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#lane.call<T>(method, path, body);
  }
}

const textOf = (language: string) => (product: Product) => product.texts?.[language];
const stockOf = ({ variants }: Product, id: string) => variants.find((one) => one.id === id)?.stock;

/** Whether all but how many there are is as it was. */
function sameButStock(was: Product, now: Product): boolean {
  const rest = ({ variants, version: _version, stock: _stock, ...fields }: Product) =>
    JSON.stringify([fields, variants.map(({ stock: _left, owed: _owed, ...variant }) => variant)]);
  return rest(was) === rest(now);
}

function goneIsNull(thrown: unknown): null {
  if (failureOf(thrown).code === 'not_found') return null;
  throw thrown;
}

/** Whatever was thrown, as a failure with a code. */
export function failureOf(thrown: unknown): CommandFailure {
  if (thrown instanceof CommandFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CommandFailure({ code: 'internal', message, retryable: true });
}
