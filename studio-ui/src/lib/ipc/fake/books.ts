/** The fake's orders: what was sold, called off and paid back. */
import type { Order, OrderChangeDraft, OrderTotals } from '../../cloud/types.ts';
import type { CloudAnswer } from '../backend.ts';
import { ok, page, refuse } from './answers.ts';
import { newId } from './seed.ts';

/** What it stands on. */
export interface Sold {
  orders: Order[];
  order(show: string | null, at: number, pick: number): Order;
}

export class FakeBooks {
  readonly #sold: Sold;

  constructor(sold: Sold) {
    this.#sold = sold;
  }

  /** Orders that need a look. */
  seed() {
    const [first, second, third] = this.#sold.orders;
    if (first) {
      first.flags = ['oversold'];
      first.lines[0]!.oversold = 1;
    }
    if (second) Object.assign(second, { flags: ['price_differs', 'unknown_coupon'], coupon_code: 'SUMMER25' });
    if (third) this.#change(third, 'refund', { external_ref: 'R-1', amount_minor: Math.round(third.total_minor / 2), reason: 'Came late' });
  }

  handle(method: string, id: string | undefined, verb: string | undefined, json: Record<string, unknown>, query: URLSearchParams): CloudAnswer {
    const newest = [...this.#sold.orders].reverse();
    const fits = (name: string, value: string | null | undefined) => !query.get(name) || query.get(name) === value;
    const shown = newest.filter(
      (order) =>
        fits('show', order.show_id) &&
        fits('source', order.source) &&
        fits('external_ref', order.external_ref) &&
        (!query.get('flag') || order.flags.includes(query.get('flag')!)),
    );
    if (id === 'totals') return ok(totals(shown));
    if (!id) return ok(page(shown, query));
    const order = newest.find((one) => one.id === id);
    if (!order) return refuse(404, 'not_found');
    if (method !== 'POST') return ok(order);
    const draft = json as unknown as OrderChangeDraft;
    const left = order.total_minor - order.refunded_minor;
    if (order.state === 'cancelled') return refuse(409, 'illegal_move');
    if ((draft.amount_minor ?? left) > left) return refuse(422, 'invalid_request');
    return ok(this.#change(order, verb === 'cancellations' ? 'cancellation' : 'refund', draft), 201);
  }

  #change(order: Order, kind: string, { amount_minor, external_ref, lines, reason = '' }: OrderChangeDraft): Order {
    const left = order.total_minor - order.refunded_minor;
    const amount = amount_minor ?? left;
    order.refunded_minor += amount;
    const all = lines ?? (kind === 'cancellation' ? order.lines : []);
    const back = all.flatMap(({ variant_id, quantity }) => (variant_id ? [{ variant_id, quantity }] : []));
    order.changes = [
      ...order.changes,
      { id: newId(), kind, amount_minor: amount, external_ref, reason, lines: back, created_at: new Date().toISOString() },
    ];
    order.state = kind === 'cancellation' ? 'cancelled' : order.refunded_minor < order.total_minor ? 'partly_refunded' : 'refunded';
    return order;
  }
}

function totals(orders: Order[]): OrderTotals {
  const stands = orders.filter(({ state }) => state !== 'cancelled');
  const sums = new Map<string, OrderTotals['sums'][number]>();
  for (const { currency, total_minor, refunded_minor } of stands) {
    const sum = sums.get(currency) ?? { currency, orders: 0, total_minor: 0 };
    sums.set(currency, { currency, orders: sum.orders + 1, total_minor: sum.total_minor + total_minor - refunded_minor });
  }
  return { orders: stands.length, sums: [...sums.values()] };
}
