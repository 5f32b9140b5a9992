import { asResult, type CartAdapter, type CartLine, type CartResult } from './adapter.ts';

/** The merchant's own hook: `window.Vitrine = { onAddToCart, onBuyNow, onOpenCart, onApplyCoupon, consent }`. */
export interface MerchantHook {
  onAddToCart?: (line: CartLine) => unknown;
  onBuyNow?: (line: CartLine) => unknown;
  onOpenCart?: () => unknown;
  onApplyCoupon?: (code: string) => unknown;
  /** Whether attribution may be written; absent means yes. */
  consent?: () => boolean;
}

/** What the generic adapter needs of the page. */
export interface GenericPage {
  hook(): MerchantHook | undefined;
  /** Offers the line to the page's own listeners; null when none of them took it. */
  offer(line: CartLine): Promise<CartResult> | null;
  /** Asks the page's own listeners to show the cart; false when none of them did. */
  openCart(): boolean;
}

/**
 * Any shop: the merchant's hook, else a listener of `vitrine:add-to-cart`, else the product's page (`elsewhere`: the shop's side goes there).
 */
export function genericCart(page: GenericPage): CartAdapter {
  async function addOne(line: CartLine): Promise<CartResult> {
    const hook = page.hook(); // called as its own: it may be an object with a state
    if (hook?.onAddToCart) return confirmed(hook.onAddToCart(line));
    const offered = page.offer(line);
    if (offered) return offered;
    if (!line.url) return { ok: false, errors: [{ code: 'invalid', message: '' }] };
    return { ok: true, elsewhere: true };
  }
  return {
    name: 'generic',
    detect: () => true,
    async add(lines: CartLine[]): Promise<CartResult> {
      let result: CartResult = { ok: true };
      for (const line of lines) {
        result = await addOne(line);
        if (!result.ok) break;
      }
      return result;
    },
    get buyNow() {
      const hook = page.hook();
      return hook?.onBuyNow && (async (line: CartLine) => asResult(await hook.onBuyNow?.(line)));
    },
    get applyCoupon() {
      const hook = page.hook();
      return hook?.onApplyCoupon && (async (code: string) => asResult(await hook.onApplyCoupon?.(code)));
    },
    open() {
      const hook = page.hook();
      if (!hook?.onOpenCart) return page.openCart();
      void hook.onOpenCart();
      return true;
    },
  };
}

/** A hook that returns nothing at once may still be at work; one whose promise is kept has done it. */
async function confirmed(answer: unknown): Promise<CartResult> {
  return answer === undefined ? { ok: true, unconfirmed: true } : asResult(await answer);
}

/** What listeners of `vitrine:add-to-cart` hear. */
export interface CartOffer extends CartLine {
  /** Says "I take it", and that it is done when `answer` is; only while the event is heard, like a worker's. */
  waitUntil(answer: unknown): void;
}

/**
 * Offers a line to the page. `tell` dispatches and returns false when a listener prevented the default.
 *
 * Null when nobody took it. A listener that only prevents the default is believed that it took it, no further.
 */
export function offerLine(line: CartLine, tell: (offer: CartOffer) => boolean): Promise<CartResult> | null {
  const answers: unknown[] = [];
  let heard = true;
  const untouched = tell({
    ...line,
    waitUntil(answer) {
      if (!heard) throw new Error('waitUntil() is for the time while vitrine:add-to-cart is heard: call it before the listener returns.');
      answers.push(answer);
    },
  });
  heard = false;
  if (answers.length === 0) return untouched ? null : Promise.resolve({ ok: true, unconfirmed: true });
  return Promise.all(answers).then((all) => {
    const results = all.map(asResult);
    return results.find((result) => !result.ok) ?? Object.assign({}, ...results);
  });
}
