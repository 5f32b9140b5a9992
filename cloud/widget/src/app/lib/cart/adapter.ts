/** One line for the shop's cart. `variantRef` is the SKU, which the shop's own cart understands. */
export interface CartLine {
  variantRef: string;
  sku?: string;
  qty: number;
  /** Attribution: `_vt_show`, `_vt_viewer`, `_vt_ts`. */
  attrs?: Record<string, string>;
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
  /** Shows the cart: drawer or page. */
  open(): void;
  /** A link that does what `add` does, for pages that are not the shop's. */
  permalink(lines: CartLine[], coupon?: string): string | null;
}

/** Of a shop's own sentence: what comes after is a whole page by mistake. */
const MOST_CHARS = 600;

/** What may stand in an answer: the contract's words, and those with which shops' own endpoints refuse. */
type Foreign = Partial<Record<'ok' | 'success' | 'status' | 'message' | 'description', unknown>> & { errors?: Complaint | Complaint[]; error?: Complaint };
type Complaint = (string & { code?: undefined; message?: undefined }) | { code?: CartErrorCode; message?: unknown };

/** Takes whatever a page's own code answered, in the end, and makes a result of it. */
export function asResult(answer: unknown): CartResult {
  if (answer === false) return { ok: false, errors: [{ code: 'invalid', message: '' }] };
  const said = (answer ?? true) as Foreign;
  const { ok, success, errors, error, status, message, description } = said;
  const [first] = [errors].flat();
  const failed = ok === false || success === false || Boolean(first) || Boolean(error) || Number(status) >= 400;
  const whole = typeof answer === 'object' ? answer : {};
  if (!failed) return { ...whole, ok: true };
  const why = [first?.message, first, error?.message, error, description, message].find((one) => typeof one === 'string');
  return { ...whole, ok: false, errors: [{ code: first?.code ?? 'invalid', message: (why ?? '').slice(0, MOST_CHARS) }] };
}
