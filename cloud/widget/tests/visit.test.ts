import { describe, expect, it } from 'vitest';
import { asksForTab, visit } from '../src/app/lib/cart/visit.ts';

function went(url: string): string[] {
  const ways: string[] = [];
  visit(url, { here: 'https://shop.example/a?b', go: (to) => ways.push(`here ${to}`), open: (to) => ways.push(`tab ${to}`) });
  return ways;
}

describe("a product's page", () => {
  it('of this shop opens in this tab, where the show plays on', () => {
    expect(went('https://shop.example/products/1')).toEqual(['here https://shop.example/products/1']);
    expect(went('/products/1')).toEqual(['here /products/1']);
  });

  it('of another origin opens beside the show', () => {
    expect(went('https://www.shop.example/products/1')).toEqual(['tab https://www.shop.example/products/1']);
    expect(went('http://shop.example/products/1')).toEqual(['tab http://shop.example/products/1']);
    expect(went('https://[')).toEqual(['tab https://[']);
  });

  it('opens a tab of its own only when the click asks for one', () => {
    const click = { button: 0, metaKey: false, ctrlKey: false, shiftKey: false, altKey: false };
    const asks = (change: object) => asksForTab({ ...click, ...change } as MouseEvent);
    expect(asks({})).toBe(false);
    for (const change of [{ button: 1 }, { metaKey: true }, { ctrlKey: true }, { shiftKey: true }]) expect(asks(change)).toBe(true);
  });
});
