import { expect, test } from 'vitest';
import type { CouponCard, Highlight, ProductCard, Schemas, ShowState, VariantCard } from '../src/index.ts';

/** Compiles only when the frames' types and those of the HTTP document say the same. */
type Same<Mine, Wire> = Mine extends Wire ? ([keyof Wire] extends [keyof Mine] ? true : never) : never;

const agree: [
  Same<ProductCard, Schemas['ProductCard']>,
  Same<VariantCard, Schemas['VariantCard']>,
  Same<CouponCard, Schemas['CouponCard']>,
  Same<Highlight, Schemas['Highlight']>,
  Same<ShowState, Schemas['ShowState']>,
] = [true, true, true, true, true];

test('the frames and the HTTP document speak of the same things', () => {
  expect(agree).not.toContain(false); // the compiler has said the rest
});
