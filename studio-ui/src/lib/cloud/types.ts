/** The cloud's nouns, as its HTTP document (`cloud/openapi.json`) has them. */
import type { Schemas } from '@vitrine/client';

export type Show = Schemas['Show'];
export type LineupItem = Schemas['LineupItem'];
export type PublishKey = Schemas['PublishKey'];
export type Product = Schemas['Product'];
export type Picture = Schemas['Picture'];
export type Coupon = Schemas['Coupon'];
export type NewCoupon = Schemas['CouponDraft'];
export type CouponPatch = Schemas['CouponPatch'];
export type Variant = Schemas['Variant'];
export type ProductText = Schemas['ProductText'];
export type MarketPrice = Schemas['MarketPrice'];
export type MarketPriceDraft = Schemas['MarketPriceDraft'];
export type StockChange = Schemas['StockChange'];
export type StockChangeDraft = Schemas['StockChangeDraft'];
export type PriceChange = Schemas['PriceChange'];
export type Order = Schemas['Order'];
export type OrderLine = Schemas['OrderLine'];
export type OrderChange = Schemas['OrderChange'];
export type OrderChangeDraft = Schemas['OrderChangeDraft'];
export type OrderTotals = Schemas['OrderTotals'];
export type ShowHealth = Schemas['ShowHealth'];

export type NewProduct = Schemas['ProductDraft'];
export type ProductPatch = Schemas['ProductPatch'];
export type VariantDraft = Schemas['VariantDraft'];

/** Who can no longer write in a show's chat; what the screens use of it. */
export interface Ban {
  id: string;
  /** Whom it was made for, as the chat named them. */
  author: string;
}

/** A list in pages. */
export interface Page<T> {
  items: T[];
  /** Send it as `after` to get the next page; null on the last. */
  next?: string | null;
}
