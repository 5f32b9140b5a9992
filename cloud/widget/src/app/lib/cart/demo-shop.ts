import { asResult, type CartAdapter, type CartLine, type CartResult } from './adapter.ts';

/** What the demo shop puts on `window` for scripts in its pages. */
interface DemoShopCart {
  add(sku: string, quantity: number, attrs: Record<string, string>): unknown;
  buyNow?(sku: string, quantity: number, attrs: Record<string, string>): unknown;
  applyCoupon(code: string): unknown;
  open(): void;
}

/** The demo shop's own cart: first-party, in the shop's own storage. */
export function demoShopCart(page: { vitrineDemoShop?: { cart?: DemoShopCart } }): CartAdapter {
  const cart = () => page.vitrineDemoShop?.cart;
  return {
    name: 'demo-shop',
    detect: () => typeof cart()?.add === 'function',
    async add(lines: CartLine[]): Promise<CartResult> {
      let result: CartResult = { ok: true };
      for (const line of lines) {
        result = asResult(await cart()?.add(line.variantRef, line.qty, line.attrs ?? {}));
        if (!result.ok) break;
      }
      return result;
    },
    get buyNow() {
      const shop = cart();
      return shop?.buyNow && (async (line: CartLine) => asResult(await shop.buyNow?.(line.variantRef, line.qty, line.attrs ?? {})));
    },
    applyCoupon: async (code) => asResult(await cart()?.applyCoupon(code)),
    open: () => (cart()?.open(), true),
  };
}
