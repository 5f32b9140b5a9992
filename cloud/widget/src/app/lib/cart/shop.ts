import type { ProductCard, VariantCard } from '@vitrine/client';
import type { CartLine, CartResult } from './adapter.ts';
import type { Basket } from './basket.ts';
import type { Lines, LineView } from './lines.svelte.ts';

/** What the shop's side needs of the page and of the show. */
export interface ShopDoors {
  basket: Basket;
  /** The page's own, whichever stage is open: what is under way is known to the next one too. */
  lines: Lines;
  /** The element that the shop's stages stand in, one after the other. */
  host: object;
  /** Who sold it: written into the cart unless the shop's consent layer says no. */
  attribution(): Record<string, string>;
  /** Tells the page; false when a listener took care of it. */
  tell(name: string, detail: unknown, cancelable?: boolean): boolean;
  /** Goes to an address; the show plays on. */
  openTab(url: string): void;
  /** Runs `work` and calls `opened` when the shop opened its cart over the page meanwhile. */
  noticing(work: () => Promise<CartResult>, opened: () => void): Promise<CartResult>;
}

/** How the stage that stands in an element now makes room: an answer may be later than the stage that asked for it. */
const asides = new WeakMap<object, () => void>();

/** The shop as the views see it; one press at a time for each variant. */
export class Shop {
  readonly #doors: ShopDoors;
  readonly #lines: Lines;

  constructor(doors: ShopDoors) {
    this.#doors = doors;
    this.#lines = doors.lines;
  }

  /** The show makes room for the shop's own pages and drawers; the view says how. */
  set aside(work: () => void) {
    asides.set(this.#doors.host, work);
  }
  readonly #aside = () => asides.get(this.#doors.host)?.();

  /** What the buttons of a variant say. Reactive. */
  line(variant: VariantCard): LineView {
    return this.#lines.of(variant.sku);
  }

  /** Puts one piece of a variant into the shop's own cart; resolves when the shop has answered, however late. */
  async add(product: ProductCard, variant: VariantCard): Promise<void> {
    if (this.#lines.busy(variant.sku)) return;
    const { basket, noticing } = this.#doors;
    const line = this.#line(product, variant);
    const result = await this.#follow(product, variant, line, 'add', () => noticing(() => basket.add(line), this.#aside));
    if (result.elsewhere) this.visit(product); // as its link would, so that the page itself may show it around the show
    else if (result.openedCart) this.#aside();
  }

  get buysNow(): boolean {
    return this.#doors.basket.buysNow;
  }

  /** Takes a variant to the shop's checkout, and out of its way. */
  async buyNow(product: ProductCard, variant: VariantCard): Promise<void> {
    if (this.#lines.busy(variant.sku)) return;
    const line = this.#line(product, variant);
    const result = await this.#follow(product, variant, line, 'buy', () => this.#doors.basket.buyNow(line));
    if (result.ok) this.#aside();
  }

  get takesCoupons(): boolean {
    return this.#doors.basket.takesCoupons;
  }

  applyCoupon(code: string): Promise<CartResult> {
    return this.#doors.basket.applyCoupon(code);
  }

  /** Whether there is a way to the cart to be offered. Reactive. */
  get opensCart(): boolean {
    return this.#lines.cartOpens;
  }

  openCart(): void {
    this.#aside();
    this.#lines.cartOpens = this.#doors.basket.open();
  }

  /** Shows the product's own page; true when the page itself did so, around the playing show. */
  visit(product: ProductCard): boolean {
    const untouched = this.#doors.tell('product-click', { product_id: product.product_id, url: product.url }, true);
    if (untouched) this.#doors.openTab(product.url);
    else this.#aside();
    return !untouched;
  }

  #line({ url, currency }: ProductCard, { sku, price_minor }: VariantCard): CartLine {
    return { variantRef: sku, sku, qty: 1, attrs: this.#doors.attribution(), url, price_minor, currency };
  }

  async #follow(product: ProductCard, variant: VariantCard, line: CartLine, doing: LineView['doing'], work: () => Promise<CartResult>): Promise<CartResult> {
    const via = this.#doors.basket.adapter.name;
    const result = await this.#lines.follow(variant.sku, doing, work());
    this.#doors.tell('cart-updated', { via, line, product_id: product.product_id, variant_id: variant.id, result });
    return result;
  }
}
