import { describe, expect, it } from 'vitest';
import type { Coupon } from '../../lib/cloud/types.ts';
import { draftOf, gives, problemsOf, stateOf, textsOf } from './terms.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const coupon = (more: Partial<Coupon>): Coupon => ({
  id: 'c', code: 'LIVE10', title: '10 % off', percent_off: 10, free_shipping: false, product_ids: [], used: 0, created_at: '', version: 1, ...more,
});

describe('a coupon', () => {
  it.each([
    [{}, 'active'],
    [{ valid_from: '2026-12-01T00:00:00Z' }, 'coming'],
    [{ valid_until: '2026-11-28T11:59:00Z' }, 'over'],
    [{ quota: 3, used: 3 }, 'used_up'],
    [{ ended_at: '2026-11-27T00:00:00Z', valid_until: '2026-11-01T00:00:00Z' }, 'ended'],
  ] as const)('%o is %s', (more, state) => expect(stateOf(coupon(more), NOW)).toBe(state));

  it('says what it gives', () => {
    expect(gives(coupon({ free_shipping: true }))).toBe('10 % off, Free shipping');
    expect(gives(coupon({ percent_off: null, amount_off_minor: 500, currency: 'EUR' }))).toBe('€5.00 off');
  });

  it('is the same after it was opened and sent, in whatever zone', () => {
    const kept = coupon({ quota: 100, per_shopper: 1, valid_from: '2026-11-28T23:00:00.000Z', product_ids: ['p'] });
    expect(draftOf(textsOf(kept, 'EUR', 'Europe/Berlin'), 'Europe/Berlin')).toMatchObject({
      percent_off: 10, quota: 100, per_shopper: 1, valid_from: '2026-11-28T23:00:00.000Z', valid_until: null, product_ids: ['p'],
    });
  });

  it('names each thing that is wrong', () => {
    const texts = { ...textsOf(null, 'EUR'), code: 'a b', percent: '101', quota: '0', from: '2026-12-02T00:00', until: '2026-12-01T00:00', products: [] };
    expect(Object.entries(problemsOf(texts)).filter(([, words]) => words).map(([name]) => name)).toEqual(['code', 'percent', 'quota', 'until', 'products']);
  });
});
