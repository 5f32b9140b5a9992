import { describe, expect, it } from 'vitest';
import { changed } from '../../lib/changed.ts';
import type { Product } from '../../lib/cloud/types.ts';
import { fieldsOf, textsOf, type Texts } from './fields.ts';

const product = {
  title: 'Linen shirt',
  description: 'Washd linen',
  url: 'https://shop.example.com/linen-shirt',
  currency: 'EUR',
  price_minor: 4950,
  compare_at_minor: 6900,
  stock: 12,
  tags: ['linen', 'summer'],
} as Product;

/** What a form that opened with `product` sends. */
function sent(edit: Partial<Texts>, several = false) {
  const opened = textsOf(product, 'EUR');
  return changed(fieldsOf(opened, several, false), fieldsOf({ ...opened, ...edit }, several, false));
}

describe('product form', () => {
  it('sends a corrected description alone, so that sold stock and a new price stay', () => {
    expect(sent({ description: 'Washed linen' })).toEqual({ description: 'Washed linen' });
  });

  it('sends nothing when nothing was changed', () => {
    expect(sent({})).toEqual({});
    expect(sent({ title: ' Linen shirt ', price: '49,50' })).toEqual({});
  });

  it('takes the price before away when its field is emptied', () => {
    expect(sent({ before: '' })).toEqual({ compare_at_minor: null });
  });

  it('sends the prices anew when they mean something else in another currency', () => {
    expect(sent({ currency: 'JPY', price: '49', before: '' })).toEqual({ currency: 'JPY', price_minor: 49, compare_at_minor: null });
  });

  it('sends tags anew only when they are others', () => {
    expect(sent({ tags: 'Summer,linen, ' })).toEqual({});
    expect(sent({ tags: 'summer, Sale, linen, sale' })).toEqual({ tags: ['linen', 'sale', 'summer'] });
  });

  it('moves no stock of a product that is there', () => expect(sent({ stock: '1' })).toEqual({}));

  it('leaves the price to the variants', () => {
    expect(sent({ price: '1', stock: '1', url: 'https://shop.example.com/a' }, true)).toEqual({ url: 'https://shop.example.com/a' });
  });
});
