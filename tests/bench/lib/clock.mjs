// The present time as a picture: 32 columns of black and white, and below them the same inverted. Shared by the
// publisher that draws it and the page that reads it, so that both agree.

export const BITS = 32;
/** Heights of the two rows of blocks, of a picture 360 high. */
export const ROW = 20;

/** The bits of a UTC time in milliseconds, most significant first; the time counts modulo 2^32 (49 days). */
export const bitsOf = (ms) => Array.from({ length: BITS }, (_, n) => Math.floor(ms / 2 ** (BITS - 1 - n)) % 2);

/**
 * Reads the time from RGBA pixels of a picture `width` wide that holds both rows, `height` high together; null when
 * the rows do not contradict each other everywhere, as in a picture that shows no clock.
 */
export function read(pixels, width, height) {
  const bright = (column, row) => pixels[(Math.floor(height * row) * width + Math.floor(((column + 0.5) * width) / BITS)) * 4 + 1] > 127;
  let ms = 0;
  for (let column = 0; column < BITS; column += 1) {
    const bit = bright(column, 0.25);
    if (bit === bright(column, 0.75)) return null;
    ms = ms * 2 + (bit ? 1 : 0);
  }
  return ms;
}

/** How long ago that was at `now` (UTC milliseconds). */
export const ageMs = (ms, now) => (((now - ms) % 2 ** BITS) + 2 ** BITS) % 2 ** BITS;
