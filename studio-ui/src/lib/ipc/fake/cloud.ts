/** The fake's second lane: the organisation's part of `/v1`, in memory. */
import type { Ban, Coupon, LineupItem, Order, Product, Show, ShowHealth } from '../../cloud/types.ts';
import { CommandFailure, type CloudAnswer, type HighlightCard, type HighlightTarget } from '../backend.ts';
import { empty, ok, refuse, stale } from './answers.ts';
import { FakeBooks } from './books.ts';
import { FakeGoods } from './goods.ts';
import { FakeImports } from './imports.ts';
import { FakeLeaving } from './leaving.ts';
import { FakeOrganization } from './organization.ts';
import type { FakePeople } from './people.ts';
import { FakePlan } from './plan.ts';
import { newId, ORG, seedCoupons, seedProducts, seedShows } from './seed.ts';
import { FakeWebhooks } from './webhooks.ts';

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

  readonly goods = new FakeGoods(this);
  readonly books = new FakeBooks(this);
  readonly imports: FakeImports;
  readonly organization: FakeOrganization;
  readonly plan: FakePlan;
  readonly webhooks: FakeWebhooks;
  readonly leaving = new FakeLeaving();

  constructor(empty: boolean, now: number) {
    this.imports = new FakeImports(empty);
    this.organization = new FakeOrganization(empty, now);
    this.plan = new FakePlan(empty);
    this.webhooks = new FakeWebhooks(empty);
    this.products = empty ? [] : seedProducts();
    this.coupons = empty ? [] : seedCoupons();
    this.shows = empty ? [] : seedShows(this.products, this.coupons, now);
    const past = this.shows.find((show) => show.state === 'ended');
    if (past) for (let i = 0; i < 6; i++) this.order(past.id, Date.parse(past.live_at!) + i * 280_000, i);
    if (past) this.books.seed();
  }

  /** Somebody buys; the stock falls. */
  order(show: string | null, at: number, pick: number): Order {
    const buyable = this.products.filter((product) => product.stock > 0);
    const product = buyable[pick % buyable.length]!;
    const quantity = pick % 5 === 3 ? 2 : 1;
    product.stock = Math.max(0, product.stock - quantity);
    if (product.variants.length === 1) product.variants[0]!.stock = product.stock;
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
        const seen = variants.map(({ id, title, sku, price_minor, stock }) => ({ id, title, sku, price_minor, stock }));
        const card = { title, url, image_url, currency, price_minor, compare_at_minor, stock, variants: seen };
        return { kind: 'product', product_id: id, ...card };
      }
    }
    throw new CommandFailure({ code: 'not_in_lineup', message: 'not in the line-up', retryable: false });
  }

  handle(method: string, path: string, body: string | null, ifMatch: string | null = null): CloudAnswer {
    const [address, search] = path.split('?');
    const [, , , org, noun, id, verb, last, deep] = address!.split('/');
    if (org !== ORG) return refuse(404, 'not_found');
    const json = body === null ? {} : (JSON.parse(body) as Record<string, unknown>);
    const query = new URLSearchParams(search);
    switch (noun) {
      case undefined:
        return this.organization.handle(method, json, ifMatch);
      case 'products':
        return this.goods.product(method, id, verb, last, deep, json, query, ifMatch);
      case 'coupons':
        return this.goods.coupon(method, id, verb, json, ifMatch);
      case 'orders':
        return this.books.handle(method, id, verb, json, query);
      case 'imports':
      case 'import-addresses':
        return this.imports.handle(method, noun, [id, verb], json, query);
      case 'plan':
      case 'billing':
      case 'invoices':
        return this.plan.handle(method, noun, id, json, query);
      case 'webhooks':
        return this.webhooks.handle(method, [id, verb, last, deep], json, query, ifMatch);
      case 'export':
      case 'exports':
      case 'deletion':
        return this.leaving.handle(method, noun, json, this.organization.view.name);
      case 'audit':
      case 'jobs':
      case 'events':
        return this.organization.past(method, noun, [verb, last, deep], query);
      case 'shows':
        return id ? this.#show(method, id, verb, last, json, query.has('restore'), ifMatch) : this.#shows(method, json);
      default:
        return this.people?.handle(method, noun ?? '', id, json, ifMatch, query) ?? refuse(404, 'not_found');
    }
  }

  setPicture(path: string, picture: string): CloudAnswer {
    const product = this.products.find((one) => one.id === path.split('/')[5]);
    if (!product) return refuse(404, 'not_found');
    if (product.pictures.some(({ url }) => url === picture)) return ok(product);
    product.version++;
    const made = { id: newId(), alt: '', url: picture, sources: [] };
    if (path.endsWith('/image')) product.pictures = [made, ...product.pictures.slice(1)];
    else product.pictures = [...product.pictures, made];
    product.image_url = product.pictures[0]!.url;
    return ok(product);
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
      planned_end_at: (json['planned_end_at'] as string | null) ?? null,
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
    ifMatch: string | null,
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
      if (stale(show, ifMatch)) return refuse(412, 'conflict');
      Object.assign(show, json, { version: show.version + 1 });
      if (show.state === 'draft' || show.state === 'scheduled') {
        show.state = show.scheduled_at ? 'scheduled' : 'draft';
      }
    }
    return ok(show);
  }

}
