import { expect, it } from 'vitest';
import { words } from '../../lib/text/words.ts';
import { GROUPS, inShort, isAddress, told } from './kinds.ts';

it('has words for every kind, and a name for those of a later version', () => {
  for (const { kinds } of GROUPS) for (const kind of kinds) expect(words, kind).toHaveProperty([`told.${kind}`]);
  expect(told('moon_landed')).toBe('moon landed');
  expect(told(null)).toBe('Something of a later version');
});

it('names the first few of many', () => {
  expect(inShort(['show_ended'])).toBe('A show ended');
  expect(inShort(['show_ended', 'order_recorded', 'stock_changed', 'coupon_changed'])).toBe('A show ended, An order was recorded and 2 more');
});

it.each(['https://shop.example/hooks', ' https://shop.example '])('takes %s', (text) => expect(isAddress(text)).toBe(true));
it.each(['', 'http://shop.example', 'https://', 'https://me:pw@shop.example', 'https://localhost'])('does not take “%s”', (text) => expect(isAddress(text)).toBe(false));
