/** The fake's second lane: the organisation's part of `/v1`, in memory. */
import type { Ban, Coupon, LineupItem, NewCoupon, NewProduct, Order, OrderTotals, Product, Show, ShowHealth } from '../../cloud/types.ts';
import { CommandFailure, type CloudAnswer, type HighlightCard, type HighlightTarget } from '../backend.ts';
import { empty, ok, refuse } from './answers.ts';
import type { FakePeople } from './people.ts';
import { newId, ORG, seedCoupons, seedProducts, seedShows } from './seed.ts';


export class FakeCloud {
  products: Product[];
  coupons: Coupon[];
  shows: Show[];
  orders: Order[] = [];
  bans: Ban[] = [];
  /** Members, roles, keys; none: nobody asks for them. */
  people: FakePeople | null = null;
  /** The line-up, prices or stock changed. */
  onchange: () => void = () => {};
  /** Somebody ended a show. */
  onend: (show: string) => void = () => {};
  /** A ban was taken back, with what it removed. */
  onrestore: (author: string) => void = () => {};

  /** How a show's media is doing. */
  onhealth: (show: string) => Omit<ShowHealth, 'show_id'> = () => ({ measured_at: null, media: null, rungs: [], viewers: 0 });

  constructor(empty: boolean, now: number) {
    this.products = empty ? [] : seedProducts();
    this.coupons = empty ? [] : seedCoupons();
    this.shows = empty ? [] : seedShows(this.products, this.coupons, now);
    const past = this.shows.find((show) => show.state === 'ended');
    if (past) for (let i = 0; i < 6; i++) this.order(past.id, Date.parse(past.live_at!) + i * 280_000, i);
  }

  /** Somebody buys; the stock falls. */
  order(show: string, at: number, pick: number): Order {
    const buyable = this.products.filter((product) => product.stock > 0);
    const product = buyable[pick % buyable.length]!;
    const quantity = pick % 5 === 3 ? 2 : 1;
    product.stock = Math.max(0, product.stock - quantity);
    const order: Order = {
      id: newId(),
      org_id: ORG,
      show_id: show,
      lines: [
        {
          product_id: product.id,
          variant_id: product.variants[0]!.id,
          title: product.title,
          quantity,
          oversold: 0,
          price_minor: product.price_minor,
        },
      ],
      currency: 'EUR',
      total_minor: product.price_minor * quantity,
      shipping_minor: 0,
      tax_minor: 0,
      source: 'shop',
      flags: [],
      state: 'paid',
      refunded_minor: 0,
      changes: [],
      coupon_code: pick % 4 === 1 ? 'LIVE10' : null,
      external_ref: `S-${10_480 + this.orders.length}`,
      created_at: new Date(at).toISOString(),
    };
    this.orders.push(order);
    return order;
  }

  /** What shoppers would see of a pinned product or coupon. */
  card(target: HighlightTarget): HighlightCard {
    if (target.kind === 'coupon') {
      const coupon = this.coupons.find((one) => one.id === target.coupon_id);
      if (coupon) return { kind: 'coupon', coupon_id: coupon.id, code: coupon.code, title: coupon.title };
    } else {
      const product = this.products.find((one) => one.id === target.product_id);
      if (product) {
        const { id, title, url, currency, price_minor, stock, variants } = product;
        const image_url = product.image_url ?? null;
        const compare_at_minor = product.compare_at_minor ?? null;
        const card = { title, url, image_url, currency, price_minor, compare_at_minor, stock, variants };
        return { kind: 'product', product_id: id, ...card };
      }
    }
    throw new CommandFailure({ code: 'not_in_lineup', message: 'not in the line-up', retryable: false });
  }

  handle(method: string, path: string, body: string | null): CloudAnswer {
    const [address, query] = path.split('?');
    const [, , , org, noun, id, verb, last] = address!.split('/');
    if (org !== ORG) return refuse(404, 'not_found');
    const json = body === null ? {} : (JSON.parse(body) as Record<string, unknown>);
    switch (noun) {
      case 'products':
        if (id) return this.#product(method, id, last, json);
        if (method === 'POST') return this.#createProduct(json as unknown as NewProduct);
        return ok({ items: this.products });
      case 'coupons':
        if (method === 'POST') {
          const { product_ids = [], free_shipping = false, ...draft } = json as unknown as NewCoupon;
          const coupon = { id: newId(), created_at: new Date().toISOString(), used: 0, version: 1, product_ids, free_shipping, ...draft };
          this.coupons.push(coupon);
          return ok(coupon, 201);
        }
        return ok({ items: this.coupons });
      case 'orders': {
        const asked = new URLSearchParams(query);
        const show = asked.get('show');
        const orders = this.orders.filter((order) => !show || order.show_id === show).reverse();
        if (id === 'totals') return ok(totals(orders));
        const from = Number(asked.get('after') ?? 0);
        const end = from + Number(asked.get('limit') ?? 50);
        return ok({ items: orders.slice(from, end), next: end < orders.length ? String(end) : null });
      }
      case 'shows':
        return id ? this.#show(method, id, verb, last, json, query === 'restore=true') : this.#shows(method, json);
      default:
        return this.people?.handle(method, noun ?? '', id, json) ?? refuse(404, 'not_found');
    }
  }

  setPicture(path: string, picture: string): CloudAnswer {
    const product = this.products.find((one) => one.id === path.split('/')[5]);
    return product ? ok(Object.assign(product, { image_url: picture })) : refuse(404, 'not_found');
  }

  #shows(method: string, json: Record<string, unknown>): CloudAnswer {
    if (method !== 'POST') return ok({ items: this.shows });
    const show: Show = {
      id: newId(),
      org_id: ORG,
      title: String(json['title']),
      state: json['scheduled_at'] ? 'scheduled' : 'draft',
      receiving: false,
      auto_live: false,
      scheduled_at: (json['scheduled_at'] as string | null) ?? null,
      lineup: [],
      playback_url: '',
      created_at: new Date().toISOString(),
      version: 1,
    };
    this.shows.push(show);
    return ok(show, 201);
  }

  #show(
    method: string,
    id: string,
    verb: string | undefined,
    last: string | undefined,
    json: Record<string, unknown>,
    restore: boolean,
  ): CloudAnswer {
    const show = this.shows.find((candidate) => candidate.id === id);
    if (!show) return refuse(404, 'not_found');
    if (verb === 'bans') {
      if (method === 'DELETE') {
        const lifted = this.bans.find((ban) => ban.id === last);
        this.bans = this.bans.filter((ban) => ban.id !== last);
        if (lifted && restore) this.onrestore(lifted.author);
      }
      return method === 'DELETE' ? empty() : ok({ items: this.bans });
    }
    if (verb === 'health') return ok({ show_id: show.id, ...this.onhealth(show.id) });
    if (verb === 'publish-key') {
      const key = 'vtp_b3Zl4mTq7Hk2cXw9RfYdS1aJ8gNu5eVo';
      return ok({ key, stream_key: key, rtmp_url: 'rtmp://127.0.0.1:1935/live' }, 201);
    }
    if (verb === 'end') {
      show.state = 'ended';
      this.onend(show.id);
      return ok(show);
    }
    if (verb === 'lineup') {
      show.lineup = json['items'] as LineupItem[];
      this.onchange();
      return ok(show);
    }
    if (method === 'DELETE') {
      this.shows = this.shows.filter((candidate) => candidate !== show);
      return empty();
    }
    if (method === 'PATCH') {
      Object.assign(show, json);
      if (show.state === 'draft' || show.state === 'scheduled') {
        show.state = show.scheduled_at ? 'scheduled' : 'draft';
      }
    }
    return ok(show);
  }

  #product(method: string, id: string, variant: string | undefined, json: Record<string, unknown>): CloudAnswer {
    const product = this.products.find((one) => one.id === id);
    if (!product) return refuse(404, 'not_found');
    if (method === 'PATCH') Object.assign(product, json);
    const moved = product.variants.find((one) => one.id === variant);
    if (method === 'POST' && moved) {
      moved.stock = Math.max(0, moved.stock + Number(json['delta']));
      product.stock = product.variants.reduce((sum, one) => sum + one.stock, 0);
      return ok({}, 201);
    }
    return ok(product);
  }

  #createProduct(draft: NewProduct): CloudAnswer {
    const product: Product = {
      ...draft,
      id: newId(),
      image_url: null,
      image: [],
      variants: [
        { id: newId(), title: 'Default', sku: 'NEW', price_minor: draft.price_minor, stock: draft.stock, owed: 0, sell_when_empty: false, prior_price_minor: null },
      ],
      created_at: new Date().toISOString(),
      version: 1,
    };
    this.products.push(product);
    return ok(product, 201);
  }
}

function totals(orders: Order[]): OrderTotals {
  const sums = new Map<string, OrderTotals['sums'][number]>();
  for (const { currency, total_minor } of orders) {
    const sum = sums.get(currency) ?? { currency, orders: 0, total_minor: 0 };
    sums.set(currency, { currency, orders: sum.orders + 1, total_minor: sum.total_minor + total_minor });
  }
  return { orders: orders.length, sums: [...sums.values()] };
}
