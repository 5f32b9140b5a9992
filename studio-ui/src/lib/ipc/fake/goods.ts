/** The fake's catalogue: what products and coupons are asked, with the versions that the cloud holds to. */
import type { Coupon, MarketPriceDraft, NewCoupon, NewProduct, PriceChange, Product, StockChange, Variant, VariantDraft } from '../../cloud/types.ts';
import type { CloudAnswer } from '../backend.ts';
import { empty, ok, page, refuse, stale } from './answers.ts';
import { HOST } from './person.ts';
import { newId } from './seed.ts';

type Json = Record<string, unknown>;

/** What it stands on. */
export interface Shelf {
  products: Product[];
  coupons: Coupon[];
}

const DAY = 86_400_000;
const days = (n: number) => new Date(Date.now() + n * DAY).toISOString();

export class FakeGoods {
  #moves: StockChange[] = [];
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  product(
    method: string,
    id: string | undefined,
    verb: string | undefined,
    variant: string | undefined,
    part: string | undefined,
    json: Json,
    query: URLSearchParams,
    ifMatch: string | null,
  ): CloudAnswer {
    if (!id) return method === 'POST' ? this.#create(json as unknown as NewProduct) : ok(page(this.#found(query), query));
    const product = this.#shelf.products.find((one) => one.id === id);
    if (!product) return refuse(404, 'not_found');
    const one = product.variants.find((candidate) => candidate.id === variant);
    if (one && part === 'prices') return ok(page(this.#prices(product, one), query));
    if (one && part === 'stock-changes') return this.#stock(method, product, one, json, query);
    if (verb === 'texts') return this.#text(method, product, variant!, json, ifMatch);
    if (one && part === 'market-prices') {
      if (ifMatch === null) return refuse(428, 'precondition_required');
      if (stale(product, ifMatch)) return refuse(412, 'conflict');
      const drafts = json['prices'] as MarketPriceDraft[];
      one.prices = drafts.map((draft) => ({ market: null, compare_at_minor: null, ...draft, prior_price_minor: null }));
      product.version++;
      return ok(product);
    }
    if (method === 'DELETE') {
      this.#shelf.products.splice(this.#shelf.products.indexOf(product), 1);
      return empty();
    }
    if (method === 'GET') return ok(product);
    if (ifMatch === null && ['variants', 'pictures', 'price_minor', 'compare_at_minor', 'currency', 'stock'].some((name) => name in json)) {
      return refuse(428, 'precondition_required');
    }
    if (stale(product, ifMatch)) return refuse(412, 'conflict');
    if (one && part === 'stock') {
      this.#move(product, one, Number(json['stock']) - one.stock, 'counted', String(json['note'] ?? ''));
      return ok(product);
    }
    const { pictures, variants, ...fields } = json as { pictures?: { id: string; alt?: string }[]; variants?: VariantDraft[] };
    if (pictures) this.#arrange(product, pictures);
    Object.assign(product, fields, { version: product.version + 1 });
    if (variants) this.#setVariants(product, variants);
    if ('on_sale' in json) product.hidden_by = json['on_sale'] ? null : 'member';
    if (product.variants.length === 1) product.variants[0]!.price_minor = product.price_minor;
    return ok(product);
  }

  #found(query: URLSearchParams): Product[] {
    const [words, tag] = [query.get('q')?.toLowerCase() ?? null, query.get('tag')];
    const fits = ({ title, tags, variants }: Product) =>
      words === null
        ? tag === null || tags.includes(tag)
        : ` ${title}`.toLowerCase().includes(` ${words}`) || variants.some(({ sku }) => sku.toLowerCase().startsWith(words));
    return this.#shelf.products.filter(fits);
  }

  /** All variants anew; those with a known id stay the same ones. */
  #setVariants(product: Product, drafts: VariantDraft[]) {
    product.variants = drafts.map((draft) => {
      const id = draft.id ?? newId();
      const known = product.variants.find((one) => one.id === id);
      const { title, price_minor } = draft;
      return {
        ...(known ?? { stock: 0, owed: 0, sell_when_empty: false, prior_price_minor: null, own_compare: false, options: {}, external_ids: {}, prices: [] }),
        id, title,
        sku: draft.sku ?? id,
        price_minor: price_minor ?? product.price_minor,
        ...(draft.options && { options: draft.options }),
        ...(typeof draft.stock === 'number' && { stock: draft.stock }),
      };
    });
    product.price_minor = Math.min(...product.variants.map((one) => one.price_minor));
    product.stock = product.variants.reduce((sum, one) => sum + one.stock, 0);
  }

  #text(method: string, product: Product, language: string, json: Json, ifMatch: string | null): CloudAnswer {
    if (stale(product, ifMatch)) return refuse(412, 'conflict');
    const { [language]: _gone, ...rest } = product.texts;
    product.texts = method === 'DELETE' ? rest : { ...rest, [language]: { title: String(json['title']), description: String(json['description'] ?? '') } };
    product.version++;
    return ok(product);
  }

  #arrange(product: Product, order: { id: string; alt?: string }[]) {
    product.pictures = order.map(({ id, alt }) => {
      const picture = product.pictures.find((one) => one.id === id)!;
      return { ...picture, alt: alt?.trim() ?? picture.alt };
    });
    product.image_url = product.pictures[0]?.url ?? null;
  }

  #stock(method: string, product: Product, variant: Variant, json: Json, query: URLSearchParams): CloudAnswer {
    if (method === 'POST') return ok(this.#move(product, variant, Number(json['delta']), String(json['reason']), String(json['note'] ?? '')), 201);
    const earlier: StockChange[] = [
      { ...this.#change(variant, -1, 'sold', ''), actor: 'service:orders', at: days(-0.1), balance: variant.stock },
      { ...this.#change(variant, 40, 'received', 'Delivery 118'), at: days(-3), balance: variant.stock + 1 },
      { ...this.#change(variant, -2, 'damaged', 'Torn in the window'), at: days(-9), balance: Math.max(0, variant.stock - 39) },
    ];
    const moved = this.#moves.filter((one) => one.variant_id === variant.id);
    return ok(page([...moved, ...earlier], query));
  }

  #change = (variant: Variant, delta: number, reason: string, note: string): StockChange => ({
    id: newId(),
    variant_id: variant.id,
    actor: `user:${HOST.id}`,
    at: days(0),
    delta,
    balance: variant.stock,
    reason,
    note,
    order_id: null,
  });

  #move(product: Product, variant: Variant, delta: number, reason: string, note: string): StockChange {
    variant.stock = Math.max(0, variant.stock + delta);
    product.stock = product.variants.reduce((sum, one) => sum + one.stock, 0);
    product.version++;
    const move = this.#change(variant, delta, reason, note);
    this.#moves.unshift(move);
    return move;
  }

  #prices(product: Product, variant: Variant): PriceChange[] {
    const one = (price_minor: number, at: number, reduced: boolean): PriceChange => ({
      id: newId(),
      variant_id: variant.id,
      currency: product.currency,
      market: null,
      price_minor,
      ended: false,
      reduced,
      at: days(at),
    });
    const before = product.compare_at_minor;
    return before
      ? [one(variant.price_minor, -6, true), one(before, -40, false), one(before + 500, -120, false)]
      : [one(variant.price_minor, -120, false)];
  }

  #create({ variants, ...draft }: NewProduct): CloudAnswer {
    const product: Product = {
      ...draft,
      description: draft.description ?? '',
      price_minor: draft.price_minor ?? 0,
      stock: 0,
      tags: draft.tags ?? [],
      options: draft.options ?? [],
      id: newId(),
      image_url: null,
      image: [], pictures: [], on_sale: true, texts: {},
      variants: [],
      created_at: days(0),
      version: 1,
    };
    this.#setVariants(product, variants?.length ? variants : [{ title: 'Default', sku: 'NEW', price_minor: product.price_minor, stock: draft.stock ?? 0 }]);
    this.#shelf.products.push(product);
    return ok(product, 201);
  }

  coupon(method: string, id: string | undefined, verb: string | undefined, json: Json, ifMatch: string | null): CloudAnswer {
    const { coupons } = this.#shelf;
    if (!id) {
      if (method !== 'POST') return ok({ items: coupons });
      const { product_ids = [], free_shipping = false, ...draft } = json as unknown as NewCoupon;
      if (coupons.some((one) => one.code === draft.code)) return refuse(409, 'conflict');
      const made = { id: newId(), created_at: days(0), used: 0, version: 1, product_ids, free_shipping, ...draft };
      coupons.push(made);
      return ok(made, 201);
    }
    const coupon = coupons.find((one) => one.id === id);
    if (!coupon) return refuse(404, 'not_found');
    if (verb === 'end') return ok(Object.assign(coupon, { ended_at: days(0), version: coupon.version + 1 }));
    if (method !== 'PATCH') return ok(coupon);
    if (ifMatch === null) return refuse(428, 'precondition_required');
    if (stale(coupon, ifMatch)) return refuse(412, 'conflict');
    return ok(Object.assign(coupon, json, { version: coupon.version + 1 }));
  }
}
