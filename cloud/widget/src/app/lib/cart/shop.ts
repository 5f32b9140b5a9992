import type { ProductCard, VariantCard } from '@vitrine/client';
import type { CartLine, CartResult } from './adapter.ts';
import type { Basket } from './basket.ts';

/** What the shop's side needs of the page and of the show. */
export interface ShopDoors {
  basket: Basket;
  /** Who sold it: written into the cart unless the shop's consent layer says no. */
  attribution(): Record<string, string>;
  /** Tells the page; false when a listener took care of it. */
  tell(name: string, detail: unknown, cancelable?: boolean): boolean;
  /** Goes to an address; the show plays on. */
  openTab(url: string): void;
}

/** The shop as the views see it. */
export class Shop {
  readonly #doors: ShopDoors;

  constructor(doors: ShopDoors) {
    this.#doors = doors;
  }

  /** Puts one piece of a variant into the shop's own cart. */
  async add(product: ProductCard, variant: VariantCard): Promise<CartResult> {
    const { basket, attribution, tell } = this.#doors;
    const line: CartLine = { variantRef: variant.sku, sku: variant.sku, qty: 1, attrs: attribution(), url: product.url };
    const via = basket.adapter.name;
    const result = await basket.add(line);
    tell('cart-updated', { via, line, product_id: product.product_id, variant_id: variant.id, result });
    return result;
  }

  get takesCoupons(): boolean {
    return this.#doors.basket.takesCoupons;
  }

  applyCoupon(code: string): Promise<CartResult> {
    return this.#doors.basket.applyCoupon(code);
  }

  openCart(): void {
    this.#doors.basket.open();
  }

  /** Shows the product's own page; true when the page itself did so, around the playing show. */
  visit(product: ProductCard): boolean {
    const untouched = this.#doors.tell('product-click', { product_id: product.product_id, url: product.url }, true);
    if (untouched) this.#doors.openTab(product.url);
    return !untouched;
  }
}
