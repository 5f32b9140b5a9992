import { expect, it } from 'vitest';
import { piecesOf } from './pieces.ts';

it.each([
  ['5', 'received', 5],
  ['5', 'lost', -5],
  ['-5', 'correction', -5],
  ['−5', 'correction', -5],
  ['+5', 'correction', 5],
  ['-5', 'received', null],
  ['0', 'correction', null],
  ['1.5', 'received', null],
  ['', 'returned', null],
] as const)('%s pieces, %s: %s', (text, reason, pieces) => expect(piecesOf(text, reason)).toBe(pieces));
