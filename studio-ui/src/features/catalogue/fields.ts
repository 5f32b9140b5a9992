import type { Product, ProductFields } from '../../lib/cloud/types.ts';
import { minorPerMajor, parsePrice } from '../../lib/text/format.ts';

/** What the form's fields say. */
export interface Texts {
  title: string;
  description: string;
  url: string;
  currency: string;
  price: string;
  /** The price before; empty: none. */
  before: string;
  stock: string;
  /** Between commas. */
  tags: string;
}

/** The tags of such a text, as the cloud keeps them. */
export const tagsOf = (text: string): string[] => [...new Set(text.split(',').map((tag) => tag.trim().toLowerCase()).filter(Boolean))].sort();

/** A product as the form begins with it; `currency`: the first suggestion for a new one. */
export function textsOf(product: Product | null, currency: string): Texts {
  const price = (minor: number | null = null) => (minor === null ? '' : String(minor / minorPerMajor(product!.currency)));
  return {
    title: product?.title ?? '',
    description: product?.description ?? '',
    url: product?.url ?? '',
    currency: product?.currency ?? currency,
    price: price(product?.price_minor),
    before: price(product?.compare_at_minor),
    stock: product ? String(product.stock) : '',
    tags: (product?.tags ?? []).join(', '),
  };
}

/**
 * What they mean; `several`: the price belongs to the variants; `anew`: it is a new product, whose stock is its first count. Call it
 * with texts that were checked.
 */
export function fieldsOf(texts: Texts, several: boolean, anew: boolean): Partial<ProductFields> {
  return {
    title: texts.title.trim(),
    description: texts.description.trim(),
    url: texts.url.trim(),
    tags: tagsOf(texts.tags),
    compare_at_minor: texts.before === '' ? null : parsePrice(texts.before, texts.currency),
    ...(!several && {
      currency: texts.currency,
      price_minor: parsePrice(texts.price, texts.currency)!,
    }),
    ...(anew && { stock: Number(texts.stock) }),
  };
}
