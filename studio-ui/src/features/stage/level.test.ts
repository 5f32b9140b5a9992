import { expect, it } from 'vitest';
import { levelWord } from './level.ts';

it('says in words how loud it is', () => {
  expect(levelWord(-1, false)).toBe('mixer.too_loud');
  expect(levelWord(-12, false)).toBe('mixer.good');
  expect(levelWord(-40, false)).toBe('mixer.quiet');
  expect(levelWord(-100, false)).toBe('mixer.silent');
  expect(levelWord(-1, true)).toBe('mixer.muted');
});
