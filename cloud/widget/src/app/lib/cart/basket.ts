import type { CartAdapter, CartLine, CartResult } from './adapter.ts';

/** A shop's cart that has not answered by now counts as silent, in milliseconds. */
export const CART_WITHIN_MS = 10_000;

/**
 * The way from a card into the shop's cart: one add in flight for each variant, a deadline,
 * and never an exception, whatever the shop's own code does.
 */
export class Basket {
  readonly #adapters: CartAdapter[];
  readonly #inFlight = new Map<string, Promise<CartResult>>();

  /** `adapters` in the order in which they are asked; the last one takes any page. */
  constructor(adapters: CartAdapter[]) {
    this.#adapters = adapters;
  }

  /** The adapter of this page, looked up anew each time: shops load their code late. */
  get adapter(): CartAdapter {
    const found = this.#adapters.find((adapter) => safely(() => adapter.detect(), false));
    return found ?? this.#adapters[this.#adapters.length - 1]!;
  }

  /** Adds a line. A second press while the first is under way gets the first one's answer. */
  add(line: CartLine): Promise<CartResult> {
    const running = this.#inFlight.get(line.variantRef);
    if (running) return running;
    const adding = within(async () => this.adapter.add([line], { source: 'vitrine' })).finally(() =>
      this.#inFlight.delete(line.variantRef),
    );
    this.#inFlight.set(line.variantRef, adding);
    return adding;
  }

  get takesCoupons(): boolean {
    return safely(() => this.adapter.applyCoupon !== undefined, false);
  }

  applyCoupon(code: string): Promise<CartResult> {
    return within(async () => (await this.adapter.applyCoupon?.(code)) ?? { ok: false });
  }

  open(): void {
    safely(() => this.adapter.open(), undefined);
  }
}

function safely<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

async function within(work: () => Promise<CartResult>): Promise<CartResult> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const failed: CartResult = { ok: false, errors: [{ code: 'network', message: '' }] };
  try {
    return await Promise.race([
      work(),
      new Promise<CartResult>((resolve) => {
        timer = setTimeout(() => resolve(failed), CART_WITHIN_MS);
      }),
    ]);
  } catch {
    return failed;
  } finally {
    clearTimeout(timer);
  }
}
