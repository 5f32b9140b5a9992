// All words of the widget. An error's code becomes a sentence here and nowhere else.

export const words = {
  live: 'LIVE',
  close: 'Close the show',
  minimise: 'Keep watching in the corner',
  expand: 'Back to the show',
  chat: 'Chat',
  chatEmpty: 'Say hello — the host reads along.',
  chatEmptyLater: 'Say hello — the show has not started yet.',
  chatNewer: 'New messages',
  chatPlaceholder: 'Say something…',
  chatSend: 'Send',
  chatName: 'Your name in the chat',
  chatNameSave: 'Join the chat',
  chatNameChange: 'Change name',
  chatAs: (name: string) => `as ${name}`,
  chatConnecting: 'Connecting to the chat…',
  chatWaiting: 'The chat will be back in a moment.',
  chatRefused: 'This chat is closed for you.',
  host: 'Host',
  moderator: 'Moderator',
  reaction: { heart: 'Send a heart', fire: 'Send fire', clap: 'Applaud' },
  watching: (count: number) => `${figure(count)} watching`,
  mute: 'Mute',
  unmute: 'Sound on',
  tapForSound: 'Tap for sound',
  play: 'Play',
  pause: 'Pause',
  starting: 'Loading the picture…',
  troubleTitle: 'The picture does not arrive right now',
  troubleText: 'We keep trying. Chat and products still work.',
  tryAgain: 'Try now',
  interruptedTitle: 'Back in a moment',
  interruptedText: 'The host lost the connection. Stay here: the show goes on by itself.',
  startsIn: 'The show starts in',
  startsSoon: 'The show is about to start',
  days: 'days',
  hours: 'hours',
  minutes: 'min',
  seconds: 'sec',
  addToCalendar: 'Add to calendar',
  endedTitle: 'The show has ended',
  endedText: 'Thank you for watching. Everything that was shown is still in the shop.',
  pinnedNow: 'On screen now',
  pinnedProduct: (title: string, price: string) => `On screen now: ${title}, ${price}`,
  pinnedCoupon: (title: string, code: string) => `On screen now: ${title}, code ${code}`,
  products: 'Products of the show',
  allProducts: (count: number) => `All products (${count})`,
  backToShow: 'Back to the show',
  noProducts: 'No products yet. They appear here as the host shows them.',
  priceNow: 'Price',
  priceBefore: 'before',
  addToCart: 'Add to cart',
  addThis: (title: string) => `Add to cart: ${title}`,
  adding: 'Adding…',
  inCart: 'In your cart',
  view: 'View',
  opened: 'Opened in the shop',
  soldOut: 'Sold out',
  left: (count: number) => `Only ${count} left`,
  inStock: 'In stock',
  choose: 'Choose',
  chooseOf: (title: string) => `Choose a version of ${title}`,
  details: (title: string) => `More about ${title}`,
  shopPage: 'See it in the shop',
  copy: 'Copy code',
  copied: 'Copied',
  copyByHand: 'The code is selected: copy it with your keyboard or menu.',
  apply: 'Use in my cart',
  applied: 'Applied',
} as const;

/** Thousands get a thin space, so that figures are read at a glance. */
export function figure(count: number): string {
  return Math.max(0, Math.round(count))
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Minor units as the page's reader writes money. */
export function money(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits);
  } catch {
    return `${(minor / 100).toFixed(2)} ${currency}`;
  }
}

const chatErrors: Record<string, string> = {
  banned: 'You can no longer write in this chat.',
  rate_limited: 'That was a little fast. Wait a moment and send it again.',
  bad_message: 'A message has 1 to 500 characters.',
  show_ended: 'The show is over, so the chat is closed.',
  cloud_unreachable: 'The chat is not connected right now. Your message is kept here: send it again in a moment.',
  invalid_request: 'That name does not work. Try another one, up to 32 characters.',
};

/** Why a message or a name was refused, as a sentence. */
export function chatSentence(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && chatErrors[code]) return chatErrors[code];
  return 'That did not work. Send it again in a moment.';
}

const cartErrors: Record<string, string> = {
  out_of_stock: 'Sold out just now.',
  max_qty: 'There are no more of these.',
  invalid: 'The shop did not take it. Open the product to buy it there.',
  auth: 'The shop asks you to sign in first.',
  network: 'The cart does not answer. Look into your cart before you try again.',
};

/** Why the cart refused, as a sentence; the shop's own words come first. */
export function cartSentence(errors: { code: string; message: string }[] | undefined): string {
  const [first] = errors ?? [];
  return first?.message || cartErrors[first?.code ?? 'invalid'] || cartErrors.invalid!;
}
