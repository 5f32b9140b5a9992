import type { CartAdapter, CartLine, CartResult } from './adapter.ts';

/** A coupon that the shop has not taken by now counts as refused, in milliseconds; trying twice does no harm. */
export const COUPON_WITHIN_MS = 10_000;

const FAILED: CartResult = { ok: false, errors: [{ code: 'network', message: '' }] };

/**
 * The way from a card into the shop's cart: never an exception, whatever the shop's own code does. An add has no deadline:
 * one that is forgotten while it runs is added twice by the next press. `Shop` lets only one run for each variant.
 */
export class Basket {
  readonly #adapters: CartAdapter[];

  /** `adapters` in the order in which they are asked; the last one takes any page. */
  constructor(adapters: CartAdapter[]) {
    this.#adapters = adapters;
  }

  /** The adapter of this page, looked up anew each time: shops load their code late. */
  get adapter(): CartAdapter {
    const found = this.#adapters.find((adapter) => safely(() => adapter.detect(), false));
    return found ?? this.#adapters[this.#adapters.length - 1]!;
  }

  add(line: CartLine): Promise<CartResult> {
    return answered(async () => this.adapter.add([line], { source: 'vitrine' }));
  }

  get buysNow(): boolean {
    return safely(() => this.adapter.buyNow !== undefined, false);
  }

  /** Takes a line to the checkout. */
  buyNow(line: CartLine): Promise<CartResult> {
    return answered(async () => (await this.adapter.buyNow?.(line)) ?? FAILED);
  }

  get takesCoupons(): boolean {
    return safely(() => this.adapter.applyCoupon !== undefined, false);
  }

  applyCoupon(code: string): Promise<CartResult> {
    return within(COUPON_WITHIN_MS, async () => (await this.adapter.applyCoupon?.(code)) ?? { ok: false });
  }

  /** Shows the cart; false where nobody did. */
  open(): boolean {
    return safely(() => this.adapter.open(), true); // it failed on its way
  }
}

function safely<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

async function answered(work: () => Promise<CartResult>): Promise<CartResult> {
  try {
    return await work();
  } catch {
    return FAILED;
  }
}

function within(ms: number, work: () => Promise<CartResult>): Promise<CartResult> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<CartResult>((resolve) => (timer = setTimeout(() => resolve(FAILED), ms)));
  return Promise.race([answered(work), late]).finally(() => clearTimeout(timer));
}
