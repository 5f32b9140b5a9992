/** The second lane: everything that is not live goes to the cloud's HTTP through `cloudFetch`. */
import { CommandFailure, type Backend } from '../ipc/backend.ts';
import { Lane, read } from './lane.ts';
import type {
  Ban,
  Coupon,
  LineupItem,
  NewCoupon,
  NewProduct,
  Order,
  OrderTotals,
  Page,
  Product,
  ProductFields,
  PublishKey,
  Show,
  ShowHealth,
} from './types.ts';

/** Orders that a screen shows before it is asked for more. */
const ORDERS = 50;

export interface ShowDraft {
  title: string;
  /** RFC 3339, UTC; null: no date. */
  scheduled_at: string | null;
}

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
  createShow = (draft: ShowDraft) => this.#call<Show>('POST', '/shows', draft);
  changeShow = (id: string, draft: Partial<ShowDraft>) =>
    this.#call<Show>('PATCH', `/shows/${id}`, draft);
  deleteShow = (id: string) => this.#call<void>('DELETE', `/shows/${id}`);
  setLineup = (id: string, items: LineupItem[]) =>
    this.#call<Show>('PUT', `/shows/${id}/lineup`, { items });
  showHealth = (id: string) => this.#call<ShowHealth>('GET', `/shows/${id}/health`);
  endShow = (id: string) => this.#call<Show>('POST', `/shows/${id}/end`);
  newPublishKey = (id: string) => this.#call<PublishKey>('POST', `/shows/${id}/publish-key`);

  products = () => this.#list<Product>('/products');
  createProduct = (product: NewProduct) => this.#call<Product>('POST', '/products', product);
  /**
   * Changes `product`, as the form began with it. Its count moves by what is more or less than was seen, so that what is sold
   * meanwhile stays sold.
   */
  changeProduct = async (product: Product, { stock, ...fields }: Partial<ProductFields>) => {
    const path = `/products/${product.id}`;
    const changed = Object.keys(fields).length ? await this.#call<Product>('PATCH', path, fields) : product;
    const variant = product.variants[0];
    if (stock === undefined || !variant) return changed;
    const delta = stock - (variant.stock - variant.owed);
    if (delta !== 0) {
      await this.#call<void>('POST', `${path}/variants/${variant.id}/stock-changes`, { delta, reason: 'correction' });
    }
    return this.#call<Product>('GET', path);
  };
  /** `picture`: a data URL. */
  setPicture = async (id: string, picture: string) =>
    read<Product>(await this.#backend.cloudPutPicture(this.#lane.path(`/products/${id}/image`), picture));
  coupons = () => this.#list<Coupon>('/coupons');
  createCoupon = (coupon: NewCoupon) => this.#call<Coupon>('POST', '/coupons', coupon);

  /** Newest first, those of one show or all; `after`: where the page before ended. */
  orders = (show: string | null, after: string | null) => {
    const query = new URLSearchParams({ limit: String(ORDERS), ...(show && { show }), ...(after && { after }) });
    return this.#call<Page<Order>>('GET', `/orders?${query}`);
  };
  orderTotals = (show: string | null) =>
    this.#call<OrderTotals>('GET', `/orders/totals${show ? `?show=${show}` : ''}`);

  bans = async (show: string) =>
    (await this.#call<Page<Ban>>('GET', `/shows/${show}/bans`)).items;
  /** Takes a ban back, with all that it removed. */
  unban = (show: string, ban: string) =>
    this.#call<void>('DELETE', `/shows/${show}/bans/${ban}?restore=true`);

  #list<T>(path: string): Promise<T[]> {
    return this.#lane.list<T>(path);
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#lane.call<T>(method, path, body);
  }
}

/** Whatever was thrown, as a failure with a code. */
export function failureOf(thrown: unknown): CommandFailure {
  if (thrown instanceof CommandFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CommandFailure({ code: 'internal', message, retryable: true });
}
