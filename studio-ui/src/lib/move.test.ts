import { describe, expect, it } from 'vitest';
import { moved } from './move.ts';

describe('moving in a line-up', () => {
  it('goes both ways and stops at the ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 1, 9)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
  });

  it('changes nothing for an item that is not there', () => {
    expect(moved(['a'], 5, 0)).toEqual(['a']);
  });
});
