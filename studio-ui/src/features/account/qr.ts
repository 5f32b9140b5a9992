import { encodeQR } from 'qr';

/** The light edge that a reader needs around a QR code (ISO/IEC 18004, section 9.1), in modules. */
const QUIET = 4;

/** A QR code as one path for an SVG of `size` × `size`: a square for each dark module. */
export function qrPath(text: string): { size: number; path: string } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return { size: rows.length, path };
}
