import { expect, it } from 'vitest';
import { piecesOf, saidCounted } from './pieces.ts';

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

it('tells a count of the shelf with what is held of it', () => {
  expect(saidCounted('Scarf', 12, 12)).toBe('Scarf: 12 in stock');
  expect(saidCounted('Scarf', 12, 10)).toBe('Scarf: 12 counted, 2 of them held or owed, 10 in stock');
});
