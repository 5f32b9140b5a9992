import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { Cart } from '../src/lib/cart.svelte.ts';
import type { Catalogue } from '../src/lib/catalogue.ts';

const catalogue = JSON.parse(readFileSync(new URL('../public/products.json', import.meta.url), 'utf8')) as Catalogue;
const kept = new Map<string, string>();
let full = false;

/** A page of the shop: its cart, and the window that wakes it from the back-forward cache. */
function page() {
  const events = new EventTarget();
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  const cart = new Cart(catalogue);
  return { cart, lines: () => cart.data.lines.map((line) => line.sku), wake: () => events.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })) };
}

beforeEach(() => {
  kept.clear();
  full = false;
  const setItem = (key: string, text: string) => {
    if (full) throw new DOMException('full', 'QuotaExceededError');
    kept.set(key, text);
  };
  vi.stubGlobal('window', { localStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem } });
});

test('a page that comes back from the back-forward cache shows what the page after it put in the cart', () => {
  const [first, second] = [page(), page()];
  second.cart.add('LS-M', 1);
  expect(first.lines()).toEqual([]);
  first.wake();
  expect(first.lines()).toEqual(['LS-M']);
});

test('a page that nobody told changes the cart as it is, not as it was', () => {
  const [first, second] = [page(), page()];
  second.cart.add('LS-M', 1);
  first.cart.add('SH-L', 1);
  expect(page().lines()).toEqual(['LS-M', 'SH-L']);
  first.cart.change('LS-M', 0);
  second.cart.add('SH-L', 1);
  expect(page().cart.data.lines).toEqual([{ sku: 'SH-L', quantity: 2 }]);
});

test('where the storage is full, this page still has its cart', () => {
  const one = page();
  one.cart.add('LS-M', 1);
  full = true;
  one.cart.add('SH-L', 1);
  one.cart.add('SH-L', 1);
  expect(one.cart.data.lines).toEqual([{ sku: 'LS-M', quantity: 1 }, { sku: 'SH-L', quantity: 2 }]);
});
