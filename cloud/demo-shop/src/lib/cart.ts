// The shop's cart as plain moves on plain data; cart.svelte.ts keeps one for the page.
import { bySku, type Catalogue } from './catalogue.ts';

export interface Line {
  sku: string;
  quantity: number;
}

export interface CartData {
  lines: Line[];
  coupon: string | null;
  /** What the seller's script wrote beside the lines: which show, which viewer. */
  attrs: Record<string, string>;
}

export const emptyCart: CartData = { lines: [], coupon: null, attrs: {} };

export type Refusal = { code: 'out_of_stock' | 'max_qty' | 'invalid'; message: string };

/** Puts `quantity` more of a SKU into the cart, or says why not. */
export function added(cart: CartData, catalogue: Catalogue, sku: string, quantity: number, attrs: Record<string, string>): CartData | Refusal {
  const found = bySku(catalogue, sku);
  if (!found || !Number.isInteger(quantity) || quantity < 1) return { code: 'invalid', message: 'We do not sell that here.' };
  const { product, variant } = found;
  const held = cart.lines.find((line) => line.sku === sku)?.quantity ?? 0;
  if (variant.stock === 0) return { code: 'out_of_stock', message: `${product.title} is sold out.` };
  if (held + quantity > variant.stock) return { code: 'max_qty', message: `There are only ${variant.stock} of these.` };
  const lines = held === 0 ? [...cart.lines, { sku, quantity }] : cart.lines.map((line) => (line.sku === sku ? { sku, quantity: held + quantity } : line));
  return { ...cart, lines, attrs: { ...cart.attrs, ...attrs } };
}

/** Sets a line's quantity; 0 takes it out. */
export function changed(cart: CartData, catalogue: Catalogue, sku: string, quantity: number): CartData {
  const most = bySku(catalogue, sku)?.variant.stock ?? 0;
  const wanted = Math.max(0, Math.min(quantity, most));
  const lines = cart.lines.map((line) => (line.sku === sku ? { sku, quantity: wanted } : line)).filter((line) => line.quantity > 0);
  return { ...cart, lines };
}

/** What is left once `ordered` was bought: what came in meanwhile stays. */
export function without(cart: CartData, ordered: CartData): CartData {
  const bought = new Map(ordered.lines.map(({ sku, quantity }) => [sku, quantity]));
  const lines = cart.lines.map((line) => ({ ...line, quantity: line.quantity - (bought.get(line.sku) ?? 0) })).filter((line) => line.quantity > 0);
  return lines.length === 0 ? emptyCart : { ...cart, lines, coupon: cart.coupon === ordered.coupon ? null : cart.coupon };
}

/** Takes a coupon's code, however it is typed. */
export function withCoupon(cart: CartData, catalogue: Catalogue, code: string): CartData | Refusal {
  const coupon = catalogue.coupons.find((one) => one.code === code.trim().toUpperCase());
  return coupon ? { ...cart, coupon: coupon.code } : { code: 'invalid', message: 'That code does not work here.' };
}

export interface Totals {
  items: number;
  subtotal: number;
  discount: number;
  total: number;
}

/** Minor units. The server prices an order itself; this is what the page shows. */
export function totals(cart: CartData, catalogue: Catalogue): Totals {
  let [items, subtotal] = [0, 0];
  for (const line of cart.lines) {
    items += line.quantity;
    subtotal += line.quantity * (bySku(catalogue, line.sku)?.variant.price_minor ?? 0);
  }
  const percent = catalogue.coupons.find((one) => one.code === cart.coupon)?.percent_off ?? 0;
  const discount = Math.round((subtotal * percent) / 100);
  return { items, subtotal, discount, total: subtotal - discount };
}

/** Reads a stored cart; anything odd is an empty one. */
export function readCart(text: string | null): CartData {
  try {
    const cart = JSON.parse(text ?? 'null') as Partial<CartData> | null;
    if (!cart || !Array.isArray(cart.lines)) return emptyCart;
    const lines = cart.lines.filter((line) => typeof line?.sku === 'string' && Number.isInteger(line.quantity) && line.quantity > 0);
    return { lines, coupon: typeof cart.coupon === 'string' ? cart.coupon : null, attrs: cart.attrs ?? {} };
  } catch {
    return emptyCart;
  }
}
