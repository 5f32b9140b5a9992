import { decodeQR } from 'qr/decode.js';
import { expect, it } from 'vitest';
import { qrPath } from './qr.ts';

/** The path painted as a camera would see it. */
function paint({ size, path }: { size: number; path: string }, scale: number) {
  const width = size * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)/g)) {
    for (let row = 0; row < scale; row++) {
      const from = ((Number(y) * scale + row) * width + Number(x) * scale) * 4;
      for (let at = from; at < from + scale * 4; at++) if (at % 4 < 3) data[at] = 0;
    }
  }
  return { width, height: width, data };
}

it('is read back by a reader, with a light edge around it', () => {
  const uri = 'otpauth://totp/Vitrine:lena%40maison.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Vitrine&digits=6&period=30';
  const code = qrPath(uri);
  expect(decodeQR(paint(code, 4))).toBe(uri);
  const corners = [...code.path.matchAll(/M(\d+) (\d+)/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
  expect(Math.min(...corners)).toBe(4);
  expect(Math.max(...corners)).toBe(code.size - 5);
});
