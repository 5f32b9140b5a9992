import { describe, expect, it } from 'vitest';
import type { Order } from '../../lib/cloud/types.ts';
import { FLAGS, flagName, flagText, returnable, stateName } from './flags.ts';

const order = {
  lines: [{ variant_id: 'v', quantity: 3, oversold: 2 }],
  changes: [{ lines: [{ variant_id: 'v', quantity: 1 }] }],
  coupon_code: 'SUMMER25',
} as unknown as Order;

describe('an order that needs a look', () => {
  it.each(FLAGS)('says what %s is and what to do', (flag) => {
    expect(flagName(flag)).toMatch(/^[A-Z]/);
    const { what, todo } = flagText(flag, order);
    expect([what, todo].join(' ')).toMatch(/^[A-Z].*[.].*[.]$/);
    expect(what).not.toContain('{');
  });

  it('names a mark of a later version by its own word', () => {
    expect(flagName('paid_in_shells')).toBe('paid in shells');
    expect(flagText('paid_in_shells', order).what).toContain('paid in shells');
    expect(stateName('melted')).toBe('Unknown state');
  });

  it('gives back no more than was bought', () => expect(returnable(order, 'v')).toBe(2));
});
