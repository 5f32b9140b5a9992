/** What tells the variants of an order apart: its lines have the product's name alone. */
import type { Order, Product } from '../../lib/cloud/types.ts';

/** The products of its lines that the catalogue may know. */
export const productIds = (order: Order): string[] => order.lines.flatMap(({ product_id }) => product_id ?? []);

/** By the variant's id: its name where there are several, and the shop's number. */
export function variantNames(products: readonly Product[]): ReadonlyMap<string, string> {
  const named = products.flatMap(({ variants }) =>
    variants.map(({ id, title, sku }) => [id, [variants.length > 1 ? title : '', sku].filter(Boolean).join(' · ')] as const),
  );
  return new Map(named.filter(([, name]) => name !== ''));
}
