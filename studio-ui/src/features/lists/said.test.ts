import { describe, expect, it } from 'vitest';
import { plain, uncountedOf, untrackedOf } from './said.ts';

describe('what an import came to', () => {
  it.each([
    ['`1.000` is no number of pieces', '“1.000” is no number of pieces.'],
    ['`link` is missing; give it, or import with a `shop_url`', '“link” is missing; give it, or import with a “shop_url”.'],
    ['no currency stands there', 'No currency stands there.'],
    ['“n/a” is no price. Write it like 19.90.', '“n/a” is no price. Write it like 19.90.'],
    ['shop.example.com answered 404', 'shop.example.com answered 404.'],
    ['', ''],
  ])('“%s” is read as “%s”', (sentence, read) => expect(plain(sentence)).toBe(read));

  it('is sold out where it is new and was not counted', () => {
    expect(uncountedOf({ created: 1, uncounted: 1 })).toBe(1);
    expect(uncountedOf({ created: 0, uncounted: 40 }), 'the same list again').toBe(0);
    expect(uncountedOf({ created: 3, uncounted: 2 })).toBe(2);
    expect(untrackedOf({ created: 2, untracked: 5 })).toBe(2);
    expect(untrackedOf({ created: 2 } as Parameters<typeof untrackedOf>[0]), 'of a cloud that does not say').toBe(0);
  });
});
