import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyCart, type CartData } from '../src/lib/cart.ts';
import { lastReceipt, placeOrder } from '../src/lib/checkout.ts';

const cart = (quantity: number): CartData => ({ ...emptyCart, lines: [{ sku: 'LS-M', quantity }] });
let sent: { lines: unknown; number: string }[];
/** Each answer in turn; null when none comes. */
let answers: (object | null)[];

beforeEach(() => {
  [sent, answers] = [[], []];
  vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
    sent.push(JSON.parse(body) as (typeof sent)[number]);
    const answer = answers.shift();
    return answer ? Promise.resolve(Response.json(answer)) : Promise.reject(new TypeError('network'));
  });
});
afterEach(() => vi.unstubAllGlobals());

const receipt = { order_id: 'o1', external_ref: 'HT-1', total_minor: 1, currency: 'EUR' };

// There is no storage here at all: the shop sells all the same.
test('an order that is tried again has the same number; another order, or the same things once more, another', async () => {
  answers = [null, receipt, receipt, null, receipt];
  await expect(placeOrder(cart(1))).rejects.toThrow(/try again/);
  expect(await placeOrder(cart(1))).toEqual(receipt);
  expect(lastReceipt()).toEqual(receipt);
  await placeOrder(cart(1));
  await expect(placeOrder(cart(2))).rejects.toThrow(/try again/);
  await placeOrder(cart(3));
  const [first, again, more, other, changed] = sent.map(({ number }) => number);
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(again).toBe(first);
  expect(new Set([first, more, other, changed]).size).toBe(4);
});
