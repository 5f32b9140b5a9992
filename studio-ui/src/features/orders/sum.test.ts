import { describe, expect, it } from 'vitest';
import { sum } from './sum.ts';

describe('sum', () => {
  it('never adds two currencies', () => {
    const text = sum({
      sums: [
        { currency: 'EUR', orders: 2, total_minor: 5000 },
        { currency: 'USD', orders: 1, total_minor: 2000 },
      ],
    });
    expect(text).toContain('50');
    expect(text).toContain(' + ');
    expect(text).toContain('20');
  });

  it('says nothing about nothing', () => {
    expect(sum({ sums: [] })).toBe('');
  });
});
