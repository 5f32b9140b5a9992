// What the shop offers to scripts in its pages, and what it does when the live show asks for a product's page.
import type { Cart } from './cart.svelte.ts';
import type { Refusal } from './cart.ts';
import { router } from './router.svelte.ts';

interface Answer {
  ok: boolean;
  itemCount: number;
  total: number;
  currency: string;
  errors?: Refusal[];
}

export function offerHook(cart: Cart): void {
  const answer = (refusal: Refusal | null): Answer => ({
    ok: refusal === null,
    itemCount: cart.totals.items,
    total: cart.totals.total,
    currency: cart.catalogue.currency,
    ...(refusal ? { errors: [refusal] } : {}),
  });
  const hook = {
    cart: {
      add: (sku: string, quantity = 1, attrs: Record<string, string> = {}) => answer(cart.add(sku, quantity, attrs)),
      /** To the checkout in one step; what the cart holds already is not doubled. */
      buyNow: (sku: string, quantity = 1, attrs: Record<string, string> = {}) => {
        const held = cart.data.lines.some((line) => line.sku === sku);
        const refusal = held ? null : cart.add(sku, quantity, attrs);
        if (!refusal) router.go('/checkout');
        return answer(refusal);
      },
      applyCoupon: (code: string) => answer(cart.applyCoupon(code)),
      open: () => router.go('/cart'),
      get: () => ({ ...answer(null), lines: cart.data.lines, coupon: cart.data.coupon, attrs: cart.data.attrs }),
    },
  };
  Object.assign(window, { vitrineDemoShop: hook });
  document.addEventListener('vitrine:product-click', (event) => {
    const url = new URL((event as CustomEvent<{ url: string }>).detail.url, location.href);
    if (router.classic || url.origin !== location.origin) return; // a whole page: the show goes there itself
    event.preventDefault();
    router.go(url.pathname);
  });
}
