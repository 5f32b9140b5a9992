/** The fake's plans: what there is of each thing, what is paid for, and the invoices. */
import type { AddOn, BillingChoice, BillingView, Invoice, Limits, Plan, PlanView } from '../../cloud/plan.ts';
import type { CloudAnswer } from '../backend.ts';
import { ok, page, refuse } from './answers.ts';
import { newId, ORG } from './seed.ts';

const DAY = 86_400_000;
const GIB = 2 ** 30;
const days = (n: number) => new Date(Date.now() + n * DAY).toISOString();

type Figures = [number, number, number, number, number, number, number, number, number];
/** In the order of the names; the room for pictures in GiB. */
const limits = (of: Figures): Limits => {
  const [shows_a_month, concurrent_shows, ladder_top, minutes_a_month, viewers, retention_days, seats, products, gib] = of;
  return { shows_a_month, concurrent_shows, ladder_top, minutes_a_month, viewers, retention_days, seats, products, blob_bytes: gib * GIB };
};
const plan = (key: string, en: string, price_minor: number, of: Figures): Plan => ({
  key, names: { en }, offered: true, builtin: false, limits: limits(of), price: price_minor ? { price_minor, currency: 'EUR' } : null,
});
const PLANS = [
  plan('free', 'Free', 0, [4, 1, 720, 240, 100, 7, 3, 100, 1]),
  plan('starter', 'Starter', 4900, [20, 1, 1080, 2400, 1000, 30, 10, 5000, 20]),
  plan('pro', 'Pro', 19_900, [200, 5, 2160, 30_000, 20_000, 365, 50, 100_000, 200]),
];
const addOn = (key: string, en: string, raises: AddOn['raises'], by: number, price_minor: number): AddOn => ({
  key, names: { en }, raises, by, price: { price_minor, currency: 'EUR' },
});
const ADD_ONS = [
  addOn('shows-10', '10 shows', 'shows_a_month', 10, 900),
  addOn('viewers-1000', '1,000 viewers', 'viewers', 1000, 1900),
  addOn('seats-5', '5 members', 'seats', 5, 1000),
];

export class FakePlan {
  provider: BillingView['provider'] = 'invoice';
  selfService = true;
  choice: BillingChoice | null = { plan: 'starter', add_ons: [{ key: 'shows-10', quantity: 1 }] };
  coming: BillingView['coming'] = null;
  state: BillingView['state'] = 'active';
  graceUntil: string | null = null;
  suspended: PlanView['suspended'] = null;
  used: Limits = { shows_a_month: 11, concurrent_shows: 0, ladder_top: null, minutes_a_month: 1_312, viewers: 0, retention_days: null, seats: 8, products: 980, blob_bytes: 7.4 * GIB };
  invoices: Invoice[];

  constructor(empty: boolean) {
    if (empty) Object.assign(this, { choice: null, state: 'none', used: limits([0, 0, 0, 0, 0, 0, 1, 0, 0]) });
    this.invoices = empty ? [] : [118, 104, 91].map((number, n) => this.#invoice(number, n));
  }

  #invoice(number: number, n: number): Invoice {
    const from = -20 - n * 30;
    return {
      id: newId(), org_id: ORG, number, customer_name: 'Maison Demo', seller: 'Vitrine Hosting GmbH, Lindenallee 4, Berlin', currency: 'EUR',
      lines: [{ text: 'Starter', quantity: 1, amount_minor: 4900 }, { text: '10 shows', quantity: 1, amount_minor: 900 }],
      total_minor: 5800, tax_note: 'Reverse charge: the customer owes the VAT.', state: n === 0 ? 'open' : 'paid',
      period_start: days(from), period_end: days(from + 30), issued_at: days(from), due_at: days(from + 14), closed_at: n === 0 ? null : days(from + 9),
    };
  }

  handle(method: string, noun: string, id: string | undefined, json: unknown, query: URLSearchParams): CloudAnswer {
    if (noun === 'plan') return ok(this.#view());
    if (noun === 'invoices') {
      if (!id) return ok(page(this.provider === 'invoice' ? this.invoices : [], query));
      const found = this.invoices.find((one) => one.id === id);
      return found ? ok(found) : refuse(404, 'not_found');
    }
    if (id === 'checkout') {
      if (this.provider === 'invoice') return refuse(409, 'no_online_payment');
      return this.choice ? refuse(409, 'already_subscribed') : ok({ url: 'https://pay.example.com/c/cs_test_a1b2c3' });
    }
    if (id === 'portal') return this.provider === 'invoice' ? refuse(409, 'no_online_payment') : ok({ url: 'https://pay.example.com/p/session_1' });
    if (id === 'subscription' && method === 'PATCH') return this.#subscribe(json as BillingChoice);
    return ok(this.#billing());
  }

  #subscribe(choice: BillingChoice): CloudAnswer {
    if (this.provider === 'invoice' && !this.selfService) return refuse(403, 'operator_only');
    if (this.provider === 'stripe' && !this.choice) return refuse(409, 'not_subscribed');
    if (choice.plan === 'free') this.coming = { at: days(10), choice: null };
    else if (this.choice && this.#cost(choice) < this.#cost(this.choice)) this.coming = { at: days(10), choice };
    else [this.choice, this.coming, this.state] = [choice, null, 'active'];
    return ok(this.#billing());
  }

  #cost({ plan: key, add_ons = [] }: BillingChoice): number {
    const priceOf = (list: (Plan | AddOn)[], wanted: string) => list.find((one) => one.key === wanted)?.price?.price_minor ?? 0;
    return add_ons.reduce((sum, one) => sum + priceOf(ADD_ONS, one.key) * one.quantity, priceOf(PLANS, key));
  }

  #billing(): BillingView {
    const { provider, state, choice, coming, graceUntil } = this;
    const next = coming ? coming.choice : choice;
    return {
      provider, state, choice, coming, currency: choice ? 'EUR' : null, grace_until: graceUntil,
      others: [], next_amount_minor: next ? this.#cost(next) : null, period_start: choice ? days(-20) : null, period_end: choice ? days(10) : null,
    };
  }

  #limitsOf(choice: BillingChoice | null | undefined): Limits {
    const found = { ...(PLANS.find(({ key }) => key === choice?.plan) ?? PLANS[0]!).limits };
    for (const { key, quantity } of choice?.add_ons ?? []) {
      const { raises, by } = ADD_ONS.find((one) => one.key === key)!;
      found[raises] = (found[raises] ?? 0) + by * quantity;
    }
    return found;
  }

  #over(most: Limits): PlanView['over'] {
    return (Object.keys(most) as PlanView['over']).filter((key) => (this.used[key] ?? 0) > (most[key] ?? Infinity));
  }

  #view(): PlanView {
    const { choice, coming, used, state } = this;
    const most = this.#limitsOf(choice);
    return {
      plan: PLANS.find(({ key }) => key === choice?.plan) ?? PLANS[0]!, add_ons: choice?.add_ons ?? [],
      state: state === 'none' || state === 'unknown' ? 'active' : state, holds: true, limits: most, used, over: this.#over(most),
      over_then: coming ? this.#over(this.#limitsOf(coming.choice)) : [],
      source: choice ? 'billing' : null, recordings: { days: most.retention_days, fewer_at: null, fewer_days: null },
      scheduled: coming ? { at: coming.at, plan: coming.choice?.plan ?? 'free', add_ons: coming.choice?.add_ons ?? [] } : null,
      offered: PLANS, offered_add_ons: ADD_ONS, self_service: this.selfService, suspended: this.suspended,
      since: choice ? days(-80) : null, period_end: choice ? days(10) : null, grace_until: this.graceUntil,
      usage: { month: '2026-11', shows: used.shows_a_month ?? 0, minutes: used.minutes_a_month ?? 0, orders: 214, peak_viewers: 640 },
    };
  }
}
