import type { ProductCard, VariantCard } from '@vitrine/client';
import type { LineView } from '../../lib/cart/lines.svelte.ts';

/** What the products need of the world around them. */
export interface Buying {
  /** How far a variant is on its way into the cart; reactive. */
  line(variant: VariantCard): LineView;
  add(product: ProductCard, variant: VariantCard): Promise<void>;
  /** Whether this shop can take a variant to its checkout in one step. */
  readonly buysNow: boolean;
  buyNow(product: ProductCard, variant: VariantCard): Promise<void>;
  /** Whether this shop's cart can be shown; reactive. */
  readonly opensCart: boolean;
  openCart(): void;
  /** The shopper looks at the product's own page. */
  visit(product: ProductCard): void;
}

/** The variant chosen at first: the cheapest that can be had. */
export function firstChoice(product: ProductCard): VariantCard | undefined {
  const available = product.variants.filter((variant) => variant.stock > 0);
  return (available.length > 0 ? available : product.variants).reduce<VariantCard | undefined>(
    (best, variant) => (best && best.price_minor <= variant.price_minor ? best : variant),
    undefined,
  );
}

/** Fewer than this many are said out loud: the cloud counts up to so many, and more than that is told as six. */
const FEW = 6;

/** How the stock reads: sold out, the last few, or nothing worth a word. */
export function stockWord(stock: number): 'sold_out' | 'few' | 'plenty' {
  if (stock <= 0) return 'sold_out';
  return stock < FEW ? 'few' : 'plenty';
}
