// The shop's own catalogue: the same file from which the demo's organisation is seeded.
import { money as read } from '@vitrine/client';

export interface Variant {
  sku: string;
  title: string;
  price_minor: number;
  stock: number;
}

export interface Product {
  slug: string;
  sku: string;
  title: string;
  description: string;
  price_minor: number;
  compare_at_minor: number | null;
  stock: number;
  image: string;
  variants: Variant[];
}

export interface Coupon {
  code: string;
  title: string;
  percent_off: number;
}

export interface Catalogue {
  currency: string;
  products: Product[];
  coupons: Coupon[];
}

export async function loadCatalogue(): Promise<Catalogue> {
  const response = await fetch('/products.json');
  if (!response.ok) throw new Error(`The catalogue answered ${response.status}.`);
  return (await response.json()) as Catalogue;
}

/** The product and variant behind a SKU. */
export function bySku(catalogue: Catalogue, sku: string): { product: Product; variant: Variant } | null {
  for (const product of catalogue.products) {
    const variant = product.variants.find((one) => one.sku === sku);
    if (variant) return { product, variant };
  }
  return null;
}

/** Minor units as this page writes money. */
export function money(minor: number, currency: string): string {
  return read(minor, currency, document.documentElement.lang || 'en');
}
