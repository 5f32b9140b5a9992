import { expect, it } from 'vitest';
import { falling, levelWord } from './level.ts';

it('says in words how loud it is', () => {
  expect(levelWord(-1, false)).toBe('mixer.too_loud');
  expect(levelWord(-12, false)).toBe('mixer.good');
  expect(levelWord(-40, false)).toBe('mixer.quiet');
  expect(levelWord(-100, false)).toBe('mixer.silent');
  expect(levelWord(-1, true)).toBe('mixer.muted');
});

it('falls slowly, so that a syllable can be read', () => {
  const slowly = falling(1.5);
  expect([slowly(-10), slowly(-60), slowly(-60), slowly(-5)]).toEqual([-10, -11.5, -13, -5]);
});
