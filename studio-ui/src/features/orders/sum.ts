import { money } from '../../lib/text/format.ts';

/** Totals by currency, as people say them: `€196`, `€196 + $20`. */
export function totals(orders: readonly { total: number; currency: string }[]): string {
  const sums = new Map<string, number>();
  for (const { total, currency } of orders) sums.set(currency, (sums.get(currency) ?? 0) + total);
  return [...sums].map(([currency, minor]) => money(minor, currency)).join(' + ');
}
