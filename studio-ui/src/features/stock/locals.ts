import type { MarketPrice, MarketPriceDraft, Product, ProductText, Variant } from '../../lib/cloud/types.ts';

/** A cloud of an earlier version says nothing of either. */
export const textsOf = (product: Product): [string, ProductText][] => Object.entries(product.texts ?? {});
export const pricesOf = (variant: Variant): MarketPrice[] => variant.prices ?? [];

export const placeOf = ({ currency, market }: { currency: string; market?: string | null }): string => (market ? `${currency}/${market}` : currency);

/** All prices of a variant with one of them set, or gone (`price`: null). */
export function withPrice(prices: readonly MarketPrice[], place: string | null, price: MarketPriceDraft | null): MarketPriceDraft[] {
  const rest = prices.filter((one) => placeOf(one) !== place).map(({ prior_price_minor: _prior, ...draft }) => draft);
  return price ? [...rest, price] : rest;
}
