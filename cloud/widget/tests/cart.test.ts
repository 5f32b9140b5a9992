import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CartAdapter, CartLine, CartResult } from '../src/app/lib/cart/adapter.ts';
import { Basket, CART_WITHIN_MS } from '../src/app/lib/cart/basket.ts';
import { demoShopCart } from '../src/app/lib/cart/demo-shop.ts';
import { genericCart, type MerchantHook } from '../src/app/lib/cart/generic.ts';

const line: CartLine = { variantRef: 'LS-M', sku: 'LS-M', qty: 1, attrs: { _vt_show: 's1' }, url: 'http://shop/products/linen-shirt' };

function adapter(part: Partial<CartAdapter>): CartAdapter {
  return { name: 'test', detect: () => true, add: () => Promise.resolve({ ok: true }), open: () => undefined, permalink: () => null, ...part };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a second press while the first is under way adds nothing more', async () => {
  let calls = 0;
  let answer: (result: CartResult) => void = () => undefined;
  const basket = new Basket([adapter({ add: () => ((calls += 1), new Promise((resolve) => (answer = resolve))) })]);
  const [first, second] = [basket.add(line), basket.add(line)];
  answer({ ok: true, itemCount: 1 });
  expect(await first).toEqual({ ok: true, itemCount: 1 });
  expect(await second).toEqual({ ok: true, itemCount: 1 });
  expect(calls).toBe(1);
  const third = basket.add(line);
  answer({ ok: true });
  await third;
  expect(calls).toBe(2);
});

test('a silent cart is given up after ten seconds', async () => {
  const basket = new Basket([adapter({ add: () => new Promise(() => undefined) })]);
  const result = basket.add(line);
  await vi.advanceTimersByTimeAsync(CART_WITHIN_MS);
  expect(await result).toMatchObject({ ok: false, errors: [{ code: 'network' }] });
});

test('whatever the shop throws, the show goes on', async () => {
  const throws = () => {
    throw new Error('theme bug');
  };
  const basket = new Basket([adapter({ name: 'broken', detect: throws }), adapter({ name: 'last', add: throws, open: throws })]);
  expect(basket.adapter.name).toBe('last');
  expect(await basket.add(line)).toMatchObject({ ok: false });
  expect(() => basket.open()).not.toThrow();
});

test('the demo shop is found by its own cart, also when it loads late', async () => {
  const page: Parameters<typeof demoShopCart>[0] = {};
  const basket = new Basket([demoShopCart(page), adapter({ name: 'generic' })]);
  expect(basket.adapter.name).toBe('generic');
  const add = vi.fn(() => ({ ok: true, itemCount: 3 }));
  page.vitrineDemoShop = { cart: { add, applyCoupon: () => ({ ok: false, errors: [{ code: 'invalid', message: 'no' }] }), open: () => undefined } };
  expect(basket.adapter.name).toBe('demo-shop');
  expect(await basket.add(line)).toEqual({ ok: true, itemCount: 3 });
  expect(add).toHaveBeenCalledWith('LS-M', 1, { _vt_show: 's1' });
  expect(await basket.applyCoupon('X')).toMatchObject({ ok: false, errors: [{ message: 'no' }] });
});

function generic(hook: MerchantHook | undefined, offer = false) {
  const visited: string[] = [];
  return { visited, cart: genericCart({ hook: () => hook, offer: () => offer, visit: (url) => visited.push(url) }) };
}

test("the merchant's hook takes the line", async () => {
  const onAddToCart = vi.fn(() => Promise.resolve({ ok: true, itemCount: 2 }));
  const { cart, visited } = generic({ onAddToCart });
  expect(await cart.add([line], { source: 'test' })).toEqual({ ok: true, itemCount: 2 });
  expect(onAddToCart).toHaveBeenCalledWith(line);
  expect(visited).toEqual([]);
});

test('a hook that says no is believed', async () => {
  expect(await generic({ onAddToCart: () => false }).cart.add([line], { source: 'test' })).toMatchObject({ ok: false });
});

test('without a hook a listener may take it, else the product is opened beside the show', async () => {
  const listened = generic(undefined, true);
  expect(await listened.cart.add([line], { source: 'test' })).toEqual({ ok: true });
  const alone = generic(undefined);
  expect(await alone.cart.add([line], { source: 'test' })).toEqual({ ok: true, elsewhere: true });
  expect([listened.visited, alone.visited]).toEqual([[], [line.url]]);
});

test('a coupon can be applied only where the shop takes one', () => {
  expect(generic({}).cart.applyCoupon).toBeUndefined();
  expect(generic({ onApplyCoupon: () => true }).cart.applyCoupon).toBeTypeOf('function');
});
