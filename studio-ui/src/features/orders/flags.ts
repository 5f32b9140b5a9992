/** What the cloud marked an order with, in words. */
import type { Order } from '../../lib/cloud/types.ts';
import { t, words, type Word } from '../../lib/text/words.ts';

/** Those that a person can look for. */
export const FLAGS = [
  'oversold', 'price_differs', 'currency_differs', 'unknown_coupon', 'coupon_over_quota', 'unknown_product', 'unknown_show',
] as const;

const known = (word: string): word is Word => word in words;

/** Its name; one of a later version by its own. */
export function flagName(flag: string): string {
  const word = `flag.${flag}`;
  return known(word) ? t(word) : flag.replaceAll('_', ' ');
}

/** What it means for this order, and what to do. */
export function flagText(flag: string, order: Order): { what: string; todo: string } {
  const what = `flag.${flag}_what`;
  const todo = `flag.${flag}_do`;
  const values = { flag: flag.replaceAll('_', ' '), code: order.coupon_code ?? '', n: order.lines.reduce((sum, line) => sum + line.oversold, 0) };
  return {
    what: t(known(what) ? what : 'flag.other_what', values),
    todo: t(known(todo) ? todo : 'flag.other_do', values),
  };
}

export function stateName(state: string): string {
  const word = `order_state.${state}`;
  return t(known(word) ? word : 'order_state.unknown');
}

export const stateTone = (state: Order['state']): 'good' | 'plain' | 'warn' =>
  state === 'paid' ? 'good' : state === 'partly_refunded' ? 'warn' : 'plain';

/** How many pieces of a variant can go back into stock still. */
export function returnable(order: Order, variant: string): number {
  const of = (lines: readonly { variant_id?: string | null; quantity: number }[]) =>
    lines.filter((line) => line.variant_id === variant).reduce((sum, line) => sum + line.quantity, 0);
  return of(order.lines) - order.changes.reduce((sum, change) => sum + of(change.lines), 0);
}

/** What is not paid back, in minor units. */
export const leftOf = ({ total_minor, refunded_minor }: Order): number => total_minor - refunded_minor;
