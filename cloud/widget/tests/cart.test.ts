import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asResult, type CartAdapter, type CartLine, type CartResult } from '../src/app/lib/cart/adapter.ts';
import { Basket, COUPON_WITHIN_MS } from '../src/app/lib/cart/basket.ts';
import { demoShopCart } from '../src/app/lib/cart/demo-shop.ts';
import { genericCart, offerLine, type CartOffer, type MerchantHook } from '../src/app/lib/cart/generic.ts';
import { Lines, RESTS_MS, SILENT_MS, SLOW_MS } from '../src/app/lib/cart/lines.svelte.ts';
import { Shop } from '../src/app/lib/cart/shop.ts';

const line: CartLine = { variantRef: 'LS-M', sku: 'LS-M', qty: 1, attrs: { _vt_show: 's1' }, url: 'http://shop/products/linen-shirt' };

function adapter(part: Partial<CartAdapter>): CartAdapter {
  return { name: 'test', detect: () => true, add: () => Promise.resolve({ ok: true }), open: () => true, ...part };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const variant = { id: 'v', sku: 'LS-M', title: 'M', price_minor: 1, stock: 1 };
const product = { product_id: 'p', title: 'p', url: 'http://shop/p', image_url: null, currency: 'EUR', price_minor: 1, compare_at_minor: null, stock: 1, variants: [variant] };

/** A shop as one mount of the show makes it; `page` is what all mounts in the page share. */
function shopOf(part: Partial<CartAdapter>, page = { lines: new Lines(), host: {} }) {
  const told: [string, unknown][] = [];
  const opened: string[] = [];
  const shop = new Shop({
    ...page,
    basket: new Basket([adapter(part)]),
    attribution: () => ({}),
    tell: (name, detail) => (told.push([name, detail]), true),
    openTab: (url) => opened.push(url),
    noticing: (work) => work(),
  });
  return { shop, told, opened };
}

/** A cart that answers when the test says so. */
function slowCart() {
  const cart = { calls: 0, answer: (_: CartResult): void => undefined };
  const take = () => ((cart.calls += 1), new Promise<CartResult>((resolve) => (cart.answer = resolve)));
  return { cart, part: { add: take, buyNow: take } };
}

test('an add that takes long is never forgotten: a press in mid-way adds nothing, and the late answer counts', async () => {
  const { cart, part } = slowCart();
  const { shop } = shopOf(part);
  const adding = shop.add(product, variant);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  await shop.add(product, variant);
  await shop.buyNow(product, variant);
  expect(cart.calls).toBe(1);
  cart.answer({ ok: true, itemCount: 1 });
  await adding;
  expect(shop.line(variant).step).toBe('added');
  void shop.add(product, variant);
  expect(cart.calls).toBe(2);
});

test('a stage that is closed and opened again knows the add that runs, and makes room when it is answered', async () => {
  const { cart, part } = slowCart();
  const page = { lines: new Lines(), host: {} };
  const before = shopOf(part, page).shop;
  before.aside = () => expect.fail('that stage is gone');
  const adding = before.add(product, variant);
  const after = shopOf(part, page).shop;
  let aside = 0;
  after.aside = () => (aside += 1);
  expect(after.line(variant).step).toBe('busy');
  await after.add(product, variant);
  expect(cart.calls).toBe(1);
  cart.answer({ ok: true, openedCart: true });
  await adding;
  expect([after.line(variant).step, aside]).toEqual(['added', 1]);
});

test('a coupon that is not answered is refused in the end: it may be tried again', async () => {
  const basket = new Basket([adapter({ applyCoupon: () => new Promise(() => undefined) })]);
  const result = basket.applyCoupon('LIVE10');
  await vi.advanceTimersByTimeAsync(COUPON_WITHIN_MS);
  expect(await result).toMatchObject({ ok: false, errors: [{ code: 'network' }] });
});

test('the buttons say how far it is, stay truthful, and rest afterwards', async () => {
  const lines = new Lines();
  const step = () => lines.of('LS-M').step;
  let answer: (result: CartResult) => void = () => undefined;
  const following = lines.follow('LS-M', 'add', new Promise((resolve) => (answer = resolve)));
  expect(step()).toBe('busy');
  await vi.advanceTimersByTimeAsync(SLOW_MS);
  expect([step(), lines.busy('LS-M')]).toEqual(['slow', true]);
  await vi.advanceTimersByTimeAsync(SILENT_MS);
  expect([step(), lines.busy('LS-M'), lines.busy('LS-L')]).toEqual(['silent', true, false]);
  answer({ ok: true });
  await following;
  expect([step(), lines.busy('LS-M')]).toEqual(['added', false]);
  await vi.advanceTimersByTimeAsync(RESTS_MS);
  expect(step()).toBe('idle');
  await lines.follow('LS-M', 'add', Promise.resolve({ ok: false, errors: [{ code: 'max_qty' as const, message: '' }] }));
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(lines.of('LS-M'), 'a refusal stands until the next press').toMatchObject({ step: 'failed', errors: [{ code: 'max_qty' }] });
  await lines.follow('LS-M', 'add', Promise.resolve({ ok: true, unconfirmed: true }));
  expect(step()).toBe('handed');
  await lines.follow('LS-M', 'add', Promise.resolve({ ok: true, elsewhere: true }));
  expect(step()).toBe('elsewhere');
});

test('a variant may be called anything', async () => {
  const lines = new Lines();
  for (const sku of ['constructor', '__proto__', 'toString']) {
    expect(lines.of(sku).step).toBe('idle');
    await lines.follow(sku, 'add', Promise.resolve({ ok: true }));
    expect(lines.of(sku).step).toBe('added');
    await vi.advanceTimersByTimeAsync(RESTS_MS);
    expect(lines.of(sku).step).toBe('idle');
  }
});

test('an answer that fails is a failure, and the next press is free', async () => {
  const lines = new Lines();
  expect(await lines.follow('LS-M', 'add', Promise.reject(new Error('of the widget itself')))).toMatchObject({ ok: false });
  expect([lines.of('LS-M').step, lines.busy('LS-M')]).toEqual(['failed', false]);
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

function generic(hook: MerchantHook | undefined, listen?: (event: CustomEvent<CartOffer>) => void) {
  const page = new EventTarget();
  if (listen) page.addEventListener('vitrine:add-to-cart', (event) => listen(event as CustomEvent<CartOffer>));
  const offer = (wish: CartLine) => offerLine(wish, (detail) => page.dispatchEvent(new CustomEvent('vitrine:add-to-cart', { detail, cancelable: true })));
  const openCart = () => !page.dispatchEvent(new CustomEvent('vitrine:open-cart', { cancelable: true }));
  return { ...genericCart({ hook: () => hook, offer, openCart }), page };
}
const options = { source: 'test' };

test("the merchant's hook takes the line", async () => {
  const onAddToCart = vi.fn(() => Promise.resolve({ ok: true, itemCount: 2 }));
  const cart = generic({ onAddToCart });
  expect(await cart.add([line], { source: 'test' })).toEqual({ ok: true, itemCount: 2 });
  expect(onAddToCart).toHaveBeenCalledWith(line);
});

test('a hook that says no is believed', async () => {
  expect(await generic({ onAddToCart: () => false }).add([line], { source: 'test' })).toMatchObject({ ok: false });
});

test('a hook that says nothing is believed that it took the line, a promise that is kept that it is in', async () => {
  expect(await generic({ onAddToCart: () => undefined }).add([line], options)).toEqual({ ok: true, unconfirmed: true });
  expect(await generic({ onAddToCart: () => Promise.resolve() }).add([line], options)).toEqual({ ok: true });
});

test('a refusal outside the contract is a refusal, in its own words where it has some', () => {
  const says = (answer: unknown) => {
    const { ok, errors } = asResult(answer);
    return ok ? 'in' : (errors?.[0]?.message ?? 'none');
  };
  expect(says({ status: 422, message: 'Cart Error', description: 'All 3 are in your cart.' })).toBe('All 3 are in your cart.');
  expect(says({ success: false, message: 'No more.' })).toBe('No more.');
  expect(says({ errors: [{ code: 'max_qty', message: 'Two each.' }] })).toBe('Two each.');
  expect(says({ errors: ['Two each.'] })).toBe('Two each.');
  expect(says({ errors: 'Two each.' })).toBe('Two each.');
  expect(says({ error: { message: 'Two each.' } })).toBe('Two each.');
  expect(says({ error: true })).toBe('');
  expect(says({ ok: false, errors: [{ code: 'odd', message: { of: 'an object' } }] })).toBe('');
  expect(says(new Response('', { status: 500 }))).toBe('');
  expect(says({ error: 'x'.repeat(10_000) })).toHaveLength(600);
  expect(asResult({ errors: [{ code: 'max_qty' }] }).errors).toEqual([{ code: 'max_qty', message: '' }]);
  for (const taken of [undefined, null, true, {}, 'ok', '', 0, { success: true }, { status: 200 }, { errors: [] }, { error: null }]) expect(says(taken), String(taken)).toBe('in');
});

test('an answer that says yes or no is believed over what else stands in it', () => {
  const taken = (answer: unknown) => asResult(answer).ok;
  const other = [{ code: 'woocommerce_rest_product_out_of_stock', message: '"Belt" is out of stock' }];
  expect(taken({ ok: true, errors: [{ code: 'max_qty', message: 'One of two.' }] })).toBe(true);
  expect(taken({ success: true, errors: {} })).toBe(true);
  expect(taken({ errors: {} })).toBe(true);
  expect(taken({ ok: true, status: 500 })).toBe(true);
  expect(taken({ ok: false, success: true })).toBe(false);
  expect(taken({ items: [{}], items_count: 2, errors: other }), 'a whole cart came back; the complaint is of another line').toBe(true);
  expect(taken({ items: [], status: 400 })).toBe(false);
});

test("a refusal in WooCommerce's form or by fields keeps its words", () => {
  const woo = { code: 'woocommerce_rest_cart_product_no_stock', message: 'You cannot add that.', data: { status: 400 } };
  expect(asResult(woo)).toMatchObject({ ok: false, errors: [{ code: 'invalid', message: 'You cannot add that.' }] });
  expect(asResult({ errors: { quantity: ['Only one each.'] } })).toMatchObject({ ok: false, errors: [{ message: 'Only one each.' }] });
  expect(asResult({ error: { option: { 227: 'Size is needed.' } } })).toMatchObject({ ok: false, errors: [{ message: 'Size is needed.' }] });
});

test('an answer whose complaints lead back to themselves is an answer', () => {
  const errors: Record<string, unknown> = {};
  errors.self = errors;
  expect(asResult({ errors })).toMatchObject({ ok: true });
  expect(asResult({ errors: { self: errors, belt: ['Only one each.'] } })).toMatchObject({ ok: false, errors: [{ message: 'Only one each.' }] });
});

test("a merchant's hook may be an object with a state of its own", async () => {
  class Bridge {
    calls: string[] = [];
    onAddToCart = Bridge.prototype.take;
    onBuyNow = Bridge.prototype.take;
    onApplyCoupon = Bridge.prototype.take;
    onOpenCart = Bridge.prototype.take;
    take(this: Bridge | undefined, of: CartLine | string = 'cart'): boolean {
      return this!.calls.push(typeof of === 'string' ? of : of.variantRef) > 0;
    }
  }
  const bridge = new Bridge();
  const basket = new Basket([generic(bridge)]);
  expect([await basket.add(line), await basket.buyNow(line), await basket.applyCoupon('LIVE10')]).toEqual(Array(3).fill({ ok: true }));
  basket.open();
  expect(bridge.calls).toEqual(['LS-M', 'LS-M', 'LIVE10', 'cart']);
});

test('where nobody takes a line its page is shown as its link would, and the page may do so around the show', async () => {
  const { shop, told, opened } = shopOf({ add: () => Promise.resolve({ ok: true, elsewhere: true }) });
  await shop.add(product, variant);
  expect(told.map(([name]) => name)).toEqual(['cart-updated', 'product-click']);
  expect(opened).toEqual([product.url]);
});

test("a listener's promise is awaited, and its failure is a failure", async () => {
  let settle: (answer: unknown) => void = () => undefined;
  const cart = generic(undefined, ({ detail }) => detail.waitUntil(new Promise((resolve) => (settle = resolve))));
  let result: CartResult | undefined;
  const adding = cart.add([line], options).then((answer) => (result = answer));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(result).toBeUndefined();
  settle({ ok: false, errors: [{ code: 'max_qty', message: 'Two each.' }] });
  await adding;
  expect(result).toEqual({ ok: false, errors: [{ code: 'max_qty', message: 'Two each.' }] });
  const rejects = generic(undefined, ({ detail }) => detail.waitUntil(Promise.reject(new Error('503'))));
  expect(await new Basket([rejects]).add(line)).toMatchObject({ ok: false });
  const good = generic(undefined, ({ detail }) => (detail.waitUntil(Promise.resolve({ itemCount: 4, openedCart: true })), detail.waitUntil(true)));
  expect(await good.add([line], options)).toEqual({ ok: true, itemCount: 4, openedCart: true });
});

test('a listener that only prevents the default took it, and no more is claimed; nobody at all opens the product', async () => {
  expect(await generic(undefined, (event) => event.preventDefault()).add([line], options)).toEqual({ ok: true, unconfirmed: true });
  expect(await generic(undefined, () => undefined).add([line], options)).toEqual({ ok: true, elsewhere: true });
});

test('waitUntil is for the time of the event', () => {
  let offered: CartOffer | undefined;
  void generic(undefined, ({ detail }) => void (offered = detail)).add([line], options);
  expect(() => offered?.waitUntil(true)).toThrow(/before the listener returns/);
});

test('the cart is shown by the hook, else by a listener; where nobody does, the way there is offered no longer', () => {
  const onOpenCart = vi.fn();
  expect(generic({ onOpenCart }).open()).toBe(true);
  expect(onOpenCart).toHaveBeenCalledOnce();
  const cart = generic(undefined);
  const page = { lines: new Lines(), host: {} };
  const { shop } = shopOf(cart, page);
  expect(shop.opensCart).toBe(true);
  const open = (event: Event) => event.preventDefault();
  cart.page.addEventListener('vitrine:open-cart', open);
  shop.openCart();
  expect(shop.opensCart).toBe(true);
  cart.page.removeEventListener('vitrine:open-cart', open);
  shop.openCart();
  expect([shop.opensCart, shopOf(cart, page).shop.opensCart]).toEqual([false, false]);
});

test('a shop buys in one step only where it says how', async () => {
  expect(new Basket([generic({})]).buysNow).toBe(false);
  const onBuyNow = vi.fn(() => Promise.resolve(true));
  const basket = new Basket([generic({ onBuyNow })]);
  expect(basket.buysNow).toBe(true);
  expect(await basket.buyNow(line)).toEqual({ ok: true });
  expect(onBuyNow).toHaveBeenCalledWith(line);
});

test('the show steps aside for a checkout and for a drawer that the shop opened, and not for a refusal', async () => {
  let result: CartResult = { ok: true, openedCart: true };
  const { shop, told } = shopOf({ add: () => Promise.resolve(result), buyNow: () => Promise.resolve(result) });
  let aside = 0;
  shop.aside = () => (aside += 1);
  await shop.add(product, variant);
  expect(aside).toBe(1);
  expect(told).toMatchObject([['cart-updated', { variant_id: 'v', result }]]);
  result = { ok: true };
  await shop.add(product, variant);
  expect(aside).toBe(1);
  await shop.buyNow(product, variant);
  expect(aside).toBe(2);
  result = { ok: false };
  await shop.buyNow(product, variant);
  expect([aside, shop.line(variant).step]).toEqual([2, 'failed']);
});

test('a coupon can be applied only where the shop takes one', () => {
  expect(generic({}).applyCoupon).toBeUndefined();
  expect(generic({ onApplyCoupon: () => true }).applyCoupon).toBeTypeOf('function');
});
