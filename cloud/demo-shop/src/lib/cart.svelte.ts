import { added, changed, emptyCart, readCart, totals, withCoupon, without, type CartData, type Refusal } from './cart.ts';
import type { Catalogue } from './catalogue.ts';
import { keep, recall } from './storage.ts';

const KEY = 'harbour-thread:cart';

/** The one cart of the page, kept in the shop's own storage. */
export class Cart {
  readonly catalogue: Catalogue;
  data = $state.raw<CartData>(emptyCart);
  totals = $derived.by(() => totals(this.data, this.catalogue));

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
    this.#read();
    // Another tab of the shop has the same cart, and so has the page that came after this one: the back-forward cache wakes it
    // as it was, without the storage events between.
    addEventListener('storage', (event) => event.key === KEY && this.#read());
    addEventListener('pageshow', (event) => event.persisted && this.#read());
  }

  add(sku: string, quantity: number, attrs: Record<string, string> = {}): Refusal | null {
    return this.#take(added(this.#present(), this.catalogue, sku, quantity, attrs));
  }

  change(sku: string, quantity: number): void {
    this.#take(changed(this.#present(), this.catalogue, sku, quantity));
  }

  applyCoupon(code: string): Refusal | null {
    return this.#take(withCoupon(this.#present(), this.catalogue, code));
  }

  /** Takes out what was bought. */
  ordered(order: CartData): void {
    this.#take(without(this.#present(), order));
  }

  #read(): void {
    this.data = readCart(recall('localStorage', KEY));
  }

  /** The cart as it is now: a change of one that this page remembers would undo what other pages did. */
  #present(): CartData {
    this.#read();
    return this.data;
  }

  #take(next: CartData | Refusal): Refusal | null {
    if ('code' in next) return next;
    this.data = next;
    keep('localStorage', KEY, JSON.stringify(next));
    return null;
  }
}
