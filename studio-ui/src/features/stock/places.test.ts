import { expect, it } from 'vitest';
import { placeOf } from './places.ts';

it('finds the tile under the pointer, in rows', () => {
  const tile = (left: number, top: number) => ({ left, top, right: left + 100, bottom: top + 100 });
  const places = [tile(0, 0), tile(110, 0), tile(0, 110)];
  expect(placeOf(places, 50, 50)).toBe(0);
  expect(placeOf(places, 150, 10)).toBe(1);
  expect(placeOf(places, 10, 150)).toBe(2);
  expect(placeOf(places, 105, 50)).toBeNull();
  expect(placeOf(places, 150, 150)).toBeNull();
});
