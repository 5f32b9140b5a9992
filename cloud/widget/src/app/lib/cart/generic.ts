import { asResult, type CartAdapter, type CartLine, type CartResult } from './adapter.ts';

/** The merchant's own hook: `window.Vitrine = { onAddToCart, onOpenCart, onApplyCoupon, consent }`. */
export interface MerchantHook {
  onAddToCart?: (line: CartLine) => unknown;
  onOpenCart?: () => unknown;
  onApplyCoupon?: (code: string) => unknown;
  /** Whether attribution may be written; absent means yes. */
  consent?: () => boolean;
}

/** What the generic adapter needs of the page. */
export interface GenericPage {
  hook(): MerchantHook | undefined;
  /** Offers the line to the page's own listeners; true when one of them said that it took it. */
  offer(line: CartLine): boolean;
  /** Goes to an address; the show plays on. */
  visit(url: string): void;
}

/**
 * Any shop: the merchant's hook, else a listener of `vitrine:add-to-cart`, else the product's page.
 */
export function genericCart(page: GenericPage): CartAdapter {
  return {
    name: 'generic',
    detect: () => true,
    async add(lines: CartLine[]): Promise<CartResult> {
      let result: CartResult = { ok: true };
      for (const line of lines) {
        const hook = page.hook()?.onAddToCart;
        if (hook) result = asResult(await hook(line));
        else if (!page.offer(line)) {
          if (!line.url) return { ok: false, errors: [{ code: 'invalid', message: '' }] };
          page.visit(line.url);
          result = { ok: true, elsewhere: true };
        }
        if (!result.ok) break;
      }
      return result;
    },
    get applyCoupon() {
      const hook = page.hook()?.onApplyCoupon;
      return hook && (async (code: string) => asResult(await hook(code)));
    },
    open() {
      void page.hook()?.onOpenCart?.();
    },
    permalink: (lines) => lines[0]?.url ?? null,
  };
}
