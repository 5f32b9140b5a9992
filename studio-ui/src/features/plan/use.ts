/** What there is of each thing and how much there may be, as the screen shows it. */
import type { AddOn, BillingChoice, Limit, Plan, PlanView } from '../../lib/cloud/plan.ts';
import { count, money } from '../../lib/text/format.ts';
import { amountOf, limitWord } from '../../lib/text/limits.ts';
import { t } from '../../lib/text/words.ts';

/** The limits in the order in which people ask for them. */
const ORDER: readonly Limit[] = [
  'shows_a_month', 'minutes_a_month', 'viewers', 'concurrent_shows', 'products', 'seats', 'blob_bytes', 'ladder_top', 'retention_days',
];

export interface Used {
  limit: Limit;
  name: string;
  text: string;
  /** How much of it is used, from 0 to 1; null: it is not counted, or has no limit. */
  share: number | null;
  over: boolean;
}

/** Figures without what they count, where the name beside them says it. */
const figure = (limit: Limit, n: number): string =>
  limit === 'blob_bytes' || limit === 'ladder_top' || limit === 'retention_days' ? amountOf(limit, n) : count(n);

/** What there is and may be of each, as far as it is known. */
interface Counted {
  limits: Partial<PlanView['limits']>;
  used: Partial<PlanView['used']>;
}
/** What has a price. */
type Priced = Pick<Plan | AddOn, 'key' | 'price'>;

export function usedOf({ limits, used, over }: Counted & Pick<PlanView, 'over'>): Used[] {
  return ORDER.map((limit) => {
    const [most, now] = [limits[limit] ?? null, used[limit] ?? null];
    const text =
      now === null
        ? most === null ? t('plan.unlimited') : t('plan.most', { most: figure(limit, most) })
        : most === null ? t('plan.no_limit', { used: figure(limit, now) }) : t('plan.of', { used: figure(limit, now), most: figure(limit, most) });
    const share = now === null || most === null ? null : most === 0 ? Number(now > 0) : Math.min(1, now / most);
    return { limit, name: limitWord(limit), text, share, over: over.includes(limit) };
  });
}

/** What there is more of than there may be, as a list in a sentence. */
export const thingsOver = (over: readonly Limit[], { limits, used }: Counted): string =>
  over
    .map((limit) => t('plan.over_thing', { name: limitWord(limit), used: figure(limit, used[limit] ?? 0), most: figure(limit, limits[limit] ?? 0) }))
    .join('; ');

/** What it costs a month, in minor units; null: something in it has no price, or the prices have different currencies. */
export function costOf({ plan, add_ons = [] }: BillingChoice, plans: readonly Priced[], extras: readonly Priced[]): { minor: number; currency: string } | null {
  const parts = [
    { price: plans.find(({ key }) => key === plan)?.price, quantity: 1 },
    ...add_ons.map(({ key, quantity }) => ({ price: extras.find((one) => one.key === key)?.price, quantity })),
  ];
  const [first] = parts;
  if (!first?.price || parts.some(({ price }) => price?.currency !== first.price?.currency)) return null;
  return { minor: parts.reduce((sum, { price, quantity }) => sum + price!.price_minor * quantity, 0), currency: first.price.currency };
}

/** What an add-on or a line of an invoice is called, its numbers as all others on the screen. */
export const named = (words: string): string => words.replace(/(\d),(?=\d{3}(?!\d))/g, '$1\u2009');

export const priceOf = ({ price }: Pick<Plan, 'price'>): string =>
  price ? t('plan.costs', { price: money(price.price_minor, price.currency) }) : t('plan.costs_nothing');

/** The few limits by which people choose a plan. */
export const about = ({ limits }: Plan): string =>
  (['shows_a_month', 'viewers', 'products', 'seats'] as const)
    .flatMap((limit) => {
      const most = limits[limit];
      return typeof most === 'number' ? [amountOf(limit, most)] : [];
    })
    .join(' · ');
