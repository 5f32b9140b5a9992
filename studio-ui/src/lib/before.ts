import type { Product } from './cloud/types.ts';

/**
 * The price that may stand struck out beside a product's own, as the shop page has it: of the variant that costs least the lowest of
 * the thirty days before its reduction, where that is known, else what the shop says it was. Null when it costs no less than that.
 *
 * Source: `Product::shown_before` of the cloud; Directive 98/6/EC, article 6a.
 */
export function shownBefore({ variants, price_minor, compare_at_minor }: Product): number | null {
  const variant = variants.find((one) => one.price_minor === price_minor);
  const said = (variant?.own_compare ? variant.compare_at_minor : compare_at_minor) ?? null;
  // A prior price counts while a reduction is announced; without one there is nothing to strike.
  if (said === null || said <= price_minor) return null;
  const before = variant?.prior_price_minor ?? said;
  return before > price_minor ? before : null;
}
