/** One line for the shop's cart. `variantRef` is the SKU, which the shop's own cart understands. */
export interface CartLine {
  variantRef: string;
  sku?: string;
  qty: number;
  /** Attribution: `_vt_show`, `_vt_viewer`, `_vt_ts`. */
  attrs?: Record<string, string>;
  /** What the card said of one piece, minor units. */
  price_minor?: number;
  currency?: string;
  /** The product's page, for shops that can only be sent there. */
  url?: string;
}

export type CartErrorCode = 'out_of_stock' | 'max_qty' | 'invalid' | 'auth' | 'network';

/** What the cart answered; its figures are the truth, whatever the card said. */
export interface CartResult {
  ok: boolean;
  itemCount?: number;
  total?: number;
  currency?: string;
  errors?: { code: CartErrorCode; message: string }[];
  /** The product's page has to do it: the show goes there, and nothing is in the cart yet. */
  elsewhere?: boolean;
  /** The page took the line and said nothing more: whether it is in the cart, only the cart knows. */
  unconfirmed?: boolean;
  /** The shop opened its cart over the page: the show makes room for it. */
  openedCart?: boolean;
}

/** A shop's cart. One per platform; the widget never knows which. */
export interface CartAdapter {
  readonly name: string;
  /** Whether this page belongs to that platform. */
  detect(): boolean;
  add(lines: CartLine[], options: { coupon?: string; source: string }): Promise<CartResult>;
  /** Takes a line to the checkout, in one step; absent where the shop has no such way. Once there, a line that was in the cart is not doubled. */
  buyNow?: ((line: CartLine) => Promise<CartResult>) | undefined;
  /** Puts a code on the cart; absent where the shop can only take it at the checkout. */
  applyCoupon?: ((code: string) => Promise<CartResult>) | undefined;
  /** Shows the cart: drawer or page. False where nobody did. */
  open(): boolean;
}

/** Of a shop's own sentence: what comes after is a whole page by mistake. */
const MOST_CHARS = 600;

/** What may stand in an answer: the contract's words, and those with which shops' own endpoints refuse. */
type Foreign = Partial<Record<'ok' | 'success' | 'status' | 'data' | 'message' | 'description' | 'items' | 'errors' | 'error', unknown>>;
type Complaint = { code?: CartErrorCode; message?: unknown };

/** A complaint lies no deeper than this: what goes on leads back to itself. */
const DEEPEST = 3;

/** All that is complained of: a sentence, what has a code or a message, or a list or a map of fields to such. */
function complaints(from: unknown, deep = 0): Complaint[] {
  if (typeof from === 'string') return from ? [{ message: from }] : [];
  if (typeof from !== 'object' || !from || deep > DEEPEST) return [];
  return 'code' in from || 'message' in from ? [from as Complaint] : Object.values(from).flatMap((one) => complaints(one, deep + 1));
}

/**
 * Takes whatever a page's own code answered, in the end, and makes a result of it. What says yes or no is believed; only
 * where nothing does, complaints count. A whole cart that came back has taken the line: its `errors` are of other lines.
 */
export function asResult(answer: unknown): CartResult {
  if (answer === false) return { ok: false, errors: [{ code: 'invalid', message: '' }] };
  const { ok, success, items, errors, error, status, data, message, description } = (answer ?? true) as Foreign;
  const whole = typeof answer === 'object' ? answer : {};
  const [first] = [...(items ? [] : complaints(errors)), ...complaints(error)];
  const refused = first || (error && typeof error !== 'object') || Number(status ?? (data as Foreign | undefined)?.status) >= 400;
  if ([ok, success].find((said) => typeof said === 'boolean') ?? !refused) return { ...whole, ok: true };
  const why = [first?.message, description, message].find((one) => typeof one === 'string');
  return { ...whole, ok: false, errors: [{ code: first?.code ?? 'invalid', message: (why ?? '').slice(0, MOST_CHARS) }] };
}
