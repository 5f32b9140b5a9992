import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { added, changed, emptyCart, readCart, totals, withCoupon, without, type CartData } from '../src/lib/cart.ts';
import type { Catalogue } from '../src/lib/catalogue.ts';

const catalogue = JSON.parse(readFileSync(new URL('../public/products.json', import.meta.url), 'utf8')) as Catalogue;
const full = (cart: unknown) => cart as CartData;

test('the catalogue adds up: stock over variants, the lowest price, pictures that exist', () => {
  for (const product of catalogue.products) {
    expect(product.stock).toBe(product.variants.reduce((sum, variant) => sum + variant.stock, 0));
    expect(product.price_minor).toBe(Math.min(...product.variants.map((variant) => variant.price_minor)));
    expect(readFileSync(new URL(`../public${product.image}`, import.meta.url), 'utf8')).toContain('<svg');
  }
  const skus = catalogue.products.flatMap((product) => product.variants.map((variant) => variant.sku));
  expect(new Set(skus).size).toBe(skus.length);
});

test('adding the same thing twice makes two of it, and remembers who sold it', () => {
  const once = full(added(emptyCart, catalogue, 'LS-M', 1, { _vt_show: 's1' }));
  const twice = full(added(once, catalogue, 'LS-M', 1, {}));
  expect(twice).toEqual({ lines: [{ sku: 'LS-M', quantity: 2 }], coupon: null, attrs: { _vt_show: 's1' } });
});

test('what is sold out, too many or unknown is refused with a sentence', () => {
  expect(added(emptyCart, catalogue, 'LS-XL', 1, {})).toMatchObject({ code: 'out_of_stock' });
  expect(added(emptyCart, catalogue, 'SH-L', 4, {})).toMatchObject({ code: 'max_qty', message: 'There are only 3 of these.' });
  expect(added(emptyCart, catalogue, 'nope', 1, {})).toMatchObject({ code: 'invalid' });
  expect(added(emptyCart, catalogue, 'LS-M', 0.5, {})).toMatchObject({ code: 'invalid' });
});

test('a coupon takes its part of the sum', () => {
  const cart = full(withCoupon(full(added(emptyCart, catalogue, 'LS-M', 2, {})), catalogue, ' live10 '));
  expect(totals(cart, catalogue)).toEqual({ items: 2, subtotal: 9800, discount: 980, total: 8820 });
  expect(withCoupon(cart, catalogue, 'FREE')).toMatchObject({ code: 'invalid' });
});

test('a line of none is gone, and there is never more than the stock', () => {
  const cart = full(added(emptyCart, catalogue, 'SH-M', 1, {}));
  expect(changed(cart, catalogue, 'SH-M', 9).lines).toEqual([{ sku: 'SH-M', quantity: 4 }]);
  expect(changed(cart, catalogue, 'SH-M', 0).lines).toEqual([]);
});

test('a stored cart that makes no sense is an empty one', () => {
  for (const text of [null, '', '{', '[]', '{"lines":7}', '{"lines":[{"sku":1}]}']) expect(readCart(text).lines).toEqual([]);
});

test('an order takes only what was ordered out of the cart', () => {
  const ordered: CartData = { lines: [{ sku: 'LS-M', quantity: 1 }, { sku: 'SH-M', quantity: 2 }], coupon: 'LIVE10', attrs: { _vt_show: 's1' } };
  expect(without(ordered, ordered)).toEqual(emptyCart);
  const more = full(added(full(added(ordered, catalogue, 'CM-320', 1, {})), catalogue, 'LS-M', 1, {}));
  expect(without(more, ordered)).toEqual({ lines: [{ sku: 'LS-M', quantity: 1 }, { sku: 'CM-320', quantity: 1 }], coupon: null, attrs: { _vt_show: 's1' } });
});
