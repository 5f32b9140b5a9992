/** The cloud's nouns as the JSON of `/v1` has them. */
import type { Highlight, ShowState } from '../ipc/backend.ts';

export interface Variant {
  id: string;
  title: string;
  sku: string;
  price_minor: number;
  stock: number;
}

export interface Product {
  id: string;
  title: string;
  description: string;
  url: string;
  image_url: string | null;
  currency: string;
  price_minor: number;
  compare_at_minor?: number | null;
  stock: number;
  variants: Variant[];
  created_at: string;
  version: number;
}

/** What a form about a product asks. */
export interface ProductFields {
  title: string;
  description: string;
  url: string;
  currency: string;
  price_minor: number;
  compare_at_minor: number | null;
  stock: number;
}

/** With no variants it gets one of its own price and stock. */
export interface NewProduct extends ProductFields {
  variants: [];
}

export interface Coupon {
  id: string;
  code: string;
  title: string;
  percent_off?: number | null;
  amount_off_minor?: number | null;
  currency?: string | null;
}

export interface NewCoupon {
  code: string;
  title: string;
  percent_off: number;
}

export interface LineupItem {
  kind: 'product' | 'coupon';
  product_id?: string;
  coupon_id?: string;
}

export interface Show {
  id: string;
  org_id: string;
  title: string;
  cover_url?: string | null;
  state: ShowState;
  receiving: boolean;
  auto_live: boolean;
  scheduled_at?: string | null;
  live_at?: string | null;
  ended_at?: string | null;
  interrupted_until?: string | null;
  lineup: LineupItem[];
  highlight?: Highlight | null;
  playback_url: string;
  version: number;
}

export interface PublishKey {
  key: string;
  rtmp_url: string;
  stream_key: string;
}

export interface OrderLine {
  product_id: string;
  variant_id: string;
  /** The product's name on the day of the order. */
  title: string;
  quantity: number;
  price_minor: number;
}

export interface Order {
  id: string;
  show_id?: string | null;
  lines: OrderLine[];
  currency: string;
  total_minor: number;
  coupon_code?: string | null;
  external_ref: string;
  created_at: string;
}

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
