import { describe, expect, it } from 'vitest';
import { shownBefore } from './before.ts';
import type { Product, Variant } from './cloud/types.ts';

const variant = (more: Partial<Variant>) => ({ price_minor: 2000, own_compare: false, prior_price_minor: null, ...more }) as Variant;
const product = (variants: Partial<Variant>[], compare_at_minor: number | null) =>
  ({ price_minor: 2000, compare_at_minor, variants: variants.map(variant) }) as Product;

describe('the price before', () => {
  it('is what the shop says, until it is known better', () => {
    expect(shownBefore(product([{}], 9900))).toBe(9900);
    expect(shownBefore(product([{ prior_price_minor: 2900 }], 9900))).toBe(2900);
  });

  it('is not struck where the product cost no more: a reduction in another currency is none', () => {
    expect(shownBefore(product([{ prior_price_minor: 2000 }], 9900))).toBeNull();
    expect(shownBefore(product([{}], 1500))).toBeNull();
    expect(shownBefore(product([{ prior_price_minor: 2900 }], null)), 'nothing is announced').toBeNull();
  });

  it('is that of the variant whose price is shown', () => {
    const dear = { price_minor: 3000, prior_price_minor: 5000 };
    expect(shownBefore(product([dear, { own_compare: true, compare_at_minor: null }], 9900))).toBeNull();
    expect(shownBefore(product([dear, { own_compare: true, compare_at_minor: 2400 }], null))).toBe(2400);
  });
});
