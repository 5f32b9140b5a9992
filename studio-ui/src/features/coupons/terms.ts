/** What a coupon gives, when, and how a form asks that. */
import type { Coupon, NewCoupon } from '../../lib/cloud/types.ts';
import { fromField, inField, inPriceField, money, parsePrice, priceExample } from '../../lib/text/format.ts';
import { t } from '../../lib/text/words.ts';

export type Kind = 'percent' | 'amount' | 'shipping';

/** What the form's fields say. */
export interface CouponTexts {
  code: string;
  title: string;
  kind: Kind;
  percent: string;
  amount: string;
  currency: string;
  /** Free shipping, beside what is off. */
  shipping: boolean;
  quota: string;
  perShopper: string;
  from: string;
  until: string;
  /** The products it is for; null: all. */
  products: readonly string[] | null;
}

export type CouponState = 'active' | 'coming' | 'over' | 'used_up' | 'ended';

export function stateOf(coupon: Coupon, now: number): CouponState {
  if (coupon.ended_at) return 'ended';
  if (coupon.valid_until && Date.parse(coupon.valid_until) <= now) return 'over';
  if (coupon.quota && coupon.used >= coupon.quota) return 'used_up';
  return coupon.valid_from && Date.parse(coupon.valid_from) > now ? 'coming' : 'active';
}

/** `10 % off, free shipping`. */
export function gives(coupon: Pick<Coupon, 'percent_off' | 'amount_off_minor' | 'currency' | 'free_shipping'>): string {
  const off = coupon.percent_off
    ? t('coupon.off_percent', { n: coupon.percent_off })
    : coupon.amount_off_minor && coupon.currency
      ? t('coupon.off_amount', { amount: money(coupon.amount_off_minor, coupon.currency) })
      : '';
  return [off, coupon.free_shipping ? t('coupon.free_shipping') : ''].filter(Boolean).join(', ');
}

/** As the form begins with it. */
export function textsOf(coupon: Coupon | null, currency: string, zone?: string): CouponTexts {
  const amount = coupon?.amount_off_minor;
  return {
    code: coupon?.code ?? '',
    title: coupon?.title ?? '',
    kind: amount ? 'amount' : coupon && !coupon.percent_off ? 'shipping' : 'percent',
    percent: coupon?.percent_off ? String(coupon.percent_off) : '',
    amount: amount ? inPriceField(amount, coupon!.currency!) : '',
    currency: coupon?.currency ?? currency,
    shipping: coupon?.free_shipping ?? false,
    quota: coupon?.quota ? String(coupon.quota) : '',
    perShopper: coupon?.per_shopper ? String(coupon.per_shopper) : '',
    from: coupon?.valid_from ? inField(coupon.valid_from, zone) : '',
    until: coupon?.valid_until ? inField(coupon.valid_until, zone) : '',
    products: coupon?.product_ids.length ? coupon.product_ids : null,
  };
}

/** What shoppers read when nobody says something better. */
export function suggested({ kind, percent, amount, currency }: CouponTexts): string {
  if (kind === 'shipping') return t('coupon.suggest_shipping');
  if (kind === 'percent') return isPercent(percent) ? t('coupon.suggest_percent', { n: percent.trim() }) : '';
  const minor = isCurrency(currency) ? parsePrice(amount, currency.toUpperCase()) : null;
  return minor ? t('coupon.suggest_amount', { amount: money(minor, currency.toUpperCase()) }) : '';
}

/** What is wrong with them; empty words where nothing is. */
export function problemsOf(texts: CouponTexts) {
  const { kind, products } = texts;
  const currency = isCurrency(texts.currency) ? texts.currency.trim().toUpperCase() : 'EUR';
  const need = t('coupon.need_amount', { example: priceExample(currency) });
  return {
    code: texts.code.trim() === '' ? t('coupon.need_a_code') : /^[A-Za-z0-9_-]{1,40}$/.test(texts.code.trim()) ? '' : t('coupon.need_code'),
    percent: kind !== 'percent' || isPercent(texts.percent) ? '' : t('coupon.need_percent'),
    amount: kind !== 'amount' || parsePrice(texts.amount, currency) ? '' : need,
    currency: kind !== 'amount' || isCurrency(texts.currency) ? '' : t('catalogue.need_currency'),
    title: texts.title.trim() || suggested(texts) || problem(kind, texts) ? '' : t('coupon.need_words'),
    quota: isCount(texts.quota) ? '' : t('coupon.need_count'),
    perShopper: isCount(texts.perShopper) ? '' : t('coupon.need_count'),
    until: texts.from && texts.until && texts.until <= texts.from ? t('coupon.need_order') : '',
    products: products?.length === 0 ? t('coupon.need_products') : '',
  };
}

/** What they mean. Call it with texts that were checked. */
export function draftOf(texts: CouponTexts, zone?: string): NewCoupon {
  const { kind } = texts;
  const currency = texts.currency.trim().toUpperCase();
  const number = (text: string) => (text.trim() === '' ? null : Number(text));
  return {
    code: texts.code.trim().toUpperCase(),
    title: texts.title.trim() || suggested(texts),
    percent_off: kind === 'percent' ? Number(texts.percent) : null,
    amount_off_minor: kind === 'amount' ? parsePrice(texts.amount, currency) : null,
    currency: kind === 'amount' ? currency : null,
    free_shipping: kind === 'shipping' || texts.shipping,
    quota: number(texts.quota),
    per_shopper: number(texts.perShopper),
    valid_from: fromField(texts.from, zone),
    valid_until: fromField(texts.until, zone),
    product_ids: [...(texts.products ?? [])],
  };
}

/** Whether its value is what is wrong: then nothing is said of words. */
const problem = (kind: Kind, texts: CouponTexts) => (kind === 'percent' ? !isPercent(texts.percent) : kind === 'amount');
const isPercent = (text: string) => /^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 100;
const isCount = (text: string) => text.trim() === '' || (/^\d{1,9}$/.test(text.trim()) && Number(text) > 0);
const isCurrency = (text: string) => /^[A-Za-z]{3}$/.test(text.trim());
