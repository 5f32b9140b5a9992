import type { NewProduct, Product } from '../../lib/cloud/types.ts';
import { inPriceField, parsePrice } from '../../lib/text/format.ts';

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
  const price = (minor: number | null = null) => (minor === null ? '' : inPriceField(minor, product!.currency));
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

/** What a form about a product sends of it, beside its variants. */
export type ProductFields = Omit<NewProduct, 'variants' | 'options'>;

/**
 * What they mean; `several`: price and count belong to the variants; `anew`: it is a new product, whose stock is its first count. Call
 * it with texts that were checked.
 */
export function fieldsOf(texts: Texts, several: boolean, anew: boolean): ProductFields {
  return {
    title: texts.title.trim(),
    description: texts.description.trim(),
    url: texts.url.trim(),
    tags: tagsOf(texts.tags),
    compare_at_minor: texts.before === '' ? null : parsePrice(texts.before, texts.currency),
    currency: texts.currency,
    ...(!several && { price_minor: parsePrice(texts.price, texts.currency)! }),
    ...(!several && anew && { stock: Number(texts.stock) }),
  };
}
