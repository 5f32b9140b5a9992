import { newMark } from '@vitrine/client';
import type { CartData } from './cart.ts';
import { keep, recall } from './storage.ts';

/** What the shop's server recorded. */
export interface Receipt {
  order_id: string;
  external_ref: string;
  total_minor: number;
  currency: string;
}

const LAST = 'harbour-thread:receipt';
const TRIED = 'harbour-thread:tried';

/** The number of an order: the same one while the same order is tried again, also after a reload, so that it is placed once. */
function numberOf(order: string): string {
  const [, before, tried] = /^(\S+) (.*)$/.exec(recall('sessionStorage', TRIED) ?? '') ?? [];
  if (before && tried === order) return before;
  const number = newMark();
  keep('sessionStorage', TRIED, `${number} ${order}`);
  return number;
}

/** Places the order. The server prices the lines itself. Throws a sentence. */
export async function placeOrder(cart: CartData): Promise<Receipt> {
  const { _vt_show: show, _vt_viewer: viewer } = cart.attrs;
  const order = {
    lines: cart.lines,
    ...(cart.coupon ? { coupon: cart.coupon } : {}),
    ...(show ? { show_id: show } : {}),
    ...(viewer ? { viewer_id: viewer } : {}),
  };
  const number = numberOf(JSON.stringify(order));
  let response: Response;
  try {
    response = await fetch('/checkout', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, number }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new Error('The shop does not answer. Your cart is kept: try again in a moment.');
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Receipt> & { detail?: string };
  if (!response.ok || !body.order_id) throw new Error(body.detail ?? 'The order did not go through. Your cart is kept: try again in a moment.');
  const receipt = body as Receipt;
  keep('sessionStorage', LAST, JSON.stringify(receipt));
  keep('sessionStorage', TRIED, ''); // the same things once more are another order
  return receipt;
}

/** The last order of this visit. */
export function lastReceipt(): Receipt | null {
  try {
    return JSON.parse(recall('sessionStorage', LAST) ?? 'null') as Receipt | null;
  } catch {
    return null;
  }
}
