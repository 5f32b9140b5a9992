import { expect, test } from 'vitest';
// @ts-expect-error plain JavaScript, read by a build script as well
import { contrasts } from '../tokens/tokens.mjs';

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

test.each(contrasts as [string, string, number][])('%s on %s reaches %f:1', (text, ground, least) => {
  const [high, low] = [luminance(text), luminance(ground)].sort((a, b) => b - a) as [number, number];
  expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(least);
});
