import type { OrderTotals } from '../../lib/cloud/types.ts';
import { money } from '../../lib/text/format.ts';

/** The cloud's sums as people say them: `€196`, `€196 + $20`. */
export const sum = ({ sums }: Pick<OrderTotals, 'sums'>): string =>
  sums.map(({ currency, total_minor }) => money(total_minor, currency)).join(' + ');
