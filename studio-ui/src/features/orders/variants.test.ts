import { expect, it } from 'vitest';
import type { Order, Product } from '../../lib/cloud/types.ts';
import { productIds, variantNames } from './variants.ts';

it('tells two variants of a product apart, and a lone one by its number', () => {
  const variant = (id: string, title: string, sku: string) => ({ id, title, sku });
  const products = [
    { id: 'scarf', variants: [variant('m', 'M', 'SC-M'), variant('l', 'L', '')] },
    { id: 'hat', variants: [variant('h', 'Default', 'HAT')] },
    { id: 'bag', variants: [variant('b', 'Default', '')] },
  ] as unknown as Product[];
  expect([...variantNames(products)]).toEqual([['m', 'M · SC-M'], ['l', 'L'], ['h', 'HAT']]);
});

it('asks for no product that the cloud did not know', () => {
  const order = { lines: [{ product_id: 'scarf' }, { product_id: null }] } as unknown as Order;
  expect(productIds(order)).toEqual(['scarf']);
});
