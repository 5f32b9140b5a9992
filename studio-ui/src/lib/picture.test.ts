import { expect, test } from 'vitest';
import { fit } from './picture.ts';

test('a large picture is made smaller and keeps its shape', () => {
  expect(fit(4000, 3000)).toEqual({ width: 1200, height: 900 });
  expect(fit(1500, 6000)).toEqual({ width: 300, height: 1200 });
});

test('a small picture stays as it is, and a thin one keeps a pixel', () => {
  expect(fit(640, 480)).toEqual({ width: 640, height: 480 });
  expect(fit(9000, 1)).toEqual({ width: 1200, height: 1 });
});
