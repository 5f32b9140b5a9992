import { describe, expect, it } from 'vitest';
import { limitSentence } from '../../lib/text/limits.ts';
import { costOf, named, usedOf } from './use.ts';

const price = (price_minor: number, currency = 'EUR') => ({ price_minor, currency });

describe('what is used of a plan', () => {
  const rows = usedOf({ limits: { seats: 10, products: 0, viewers: null, ladder_top: 1080 }, used: { seats: 12, products: 0, viewers: 640 }, over: ['seats'] });
  const row = (limit: string) => rows.find((one) => one.limit === limit);

  it('is a number of a number, and never a longer bar than there is room', () => {
    expect(row('seats')).toMatchObject({ text: '12 of 10', share: 1, over: true });
  });
  it('says room in the unit that plans are written in', () => {
    const [gib] = usedOf({ limits: { blob_bytes: 20 * 2 ** 30 }, used: { blob_bytes: 310 * 2 ** 20 }, over: [] }).filter(({ limit }) => limit === 'blob_bytes');
    expect(gib?.text).toBe('310 MiB of 20 GiB');
  });
  it('has no bar without a limit, or where nothing is counted', () => {
    expect(row('viewers')).toMatchObject({ text: '640 · no limit', share: null });
    expect(row('ladder_top')).toMatchObject({ text: 'at most 1080p', share: null });
  });
  it('is nothing of nothing', () => expect(row('products')).toMatchObject({ share: 0, over: false }));
});

describe('what a choice costs', () => {
  const plans = [{ key: 'pro', price: price(4900) }, { key: 'free', price: null }];
  const extras = [{ key: 'seats', price: price(1000) }, { key: 'odd', price: price(1, 'CHF') }];

  it('is the plan with all that is added', () => {
    expect(costOf({ plan: 'pro', add_ons: [{ key: 'seats', quantity: 3 }] }, plans, extras)).toEqual({ minor: 7900, currency: 'EUR' });
  });
  it('is not said when it cannot be known', () => {
    expect(costOf({ plan: 'free' }, plans, extras)).toBeNull();
    expect(costOf({ plan: 'pro', add_ons: [{ key: 'odd', quantity: 1 }] }, plans, extras)).toBeNull();
  });
});

it('has numbers in names as everywhere else', () => {
  expect(named('1,000 viewers')).toBe('1\u2009000 viewers');
  expect(named('2,500,000 minutes, 3 seats')).toBe('2\u2009500\u2009000 minutes, 3 seats');
});

it('says what the plan has no more of, also of a limit that a later version knows', () => {
  expect(limitSentence({ limit: 'seats', allowed: 3, used: 3 })).toBe(
    'Your plan has 3 members, and 3 are taken, by who is invited too. Remove who is not needed or take an invitation back, or ask for a larger plan.',
  );
  expect(limitSentence({ limit: 'from_the_future', allowed: 1, used: 2 })).toContain('Your plan has 1, and 2 are in use.');
});
