import { describe, expect, it } from 'vitest';
import { totals } from './sum.ts';

describe('totals', () => {
  it('never adds two currencies', () => {
    const text = totals([
      { total: 4900, currency: 'EUR' },
      { total: 2000, currency: 'USD' },
      { total: 100, currency: 'EUR' },
    ]);
    expect(text).toContain('50');
    expect(text).toContain(' + ');
    expect(text).toContain('20');
  });

  it('says nothing about nothing', () => {
    expect(totals([])).toBe('');
  });
});
