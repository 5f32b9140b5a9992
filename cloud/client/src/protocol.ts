// The RTM frames of cloud/protocol/src/rtm.rs, in TypeScript. cloud/protocol/fixtures is read by the tests
// of both languages; PROTOCOL.md tells the conversation.

/** Times on the wire: RFC 3339, UTC. */
export type Instant = string;

/** A longer chat message is refused. */
export const MAX_CHAT_CHARS = 500;
/** A longer mark (bytes) is refused. */
export const MAX_MARK_BYTES = 64;
/** A longer nickname is refused. */
export const MAX_NICKNAME_CHARS = 32;

/** Where a show is in its life. */
export type ShowState = 'draft' | 'scheduled' | 'live' | 'interrupted' | 'ended';

/** The reactions there are. */
export const REACTIONS = ['heart', 'fire', 'clap'] as const;
export type Reaction = (typeof REACTIONS)[number];

/** One buyable form of a product; `sku` is what the shop's cart understands. */
export interface VariantCard {
  id: string;
  title: string;
  sku: string;
  price_minor: number;
  /** What may stand struck out beside it; absent from an earlier cloud. */
  compare_at_minor?: number | null;
  /** The lowest price of the thirty days before its reduction began, where that is known. */
  prior_price_minor?: number | null;
  /** By how many per cent it is reduced. */
  discount_percent?: number | null;
  stock: number;
  /** What tells it apart from the others, in the order in which people are asked. */
  options?: { name: string; value: string }[];
}

/** A product as shoppers see it. */
export interface ProductCard {
  product_id: string;
  title: string;
  url: string;
  image_url: string | null;
  currency: string;
  price_minor: number;
  /** To be struck out beside the price: the prior price where that is known. */
  compare_at_minor: number | null;
  /** The lowest price of the thirty days before its reduction began, where that is known. */
  prior_price_minor?: number | null;
  /** By how many per cent it is reduced, of the price that is struck out. */
  discount_percent?: number | null;
  stock: number;
  variants: VariantCard[];
  /** What is said in the place of its picture; absent where nobody wrote it. */
  image_alt?: string;
  /** All of its pictures, the first one included; absent from an earlier cloud, and from pins. */
  pictures?: PictureCard[];
}

/** A picture of a product. */
export interface PictureCard {
  /** What is said in its place; absent where nobody wrote it. */
  alt?: string;
  /** Smallest first. */
  sizes: { width: number; height: number; jpeg_url: string; webp_url: string }[];
}

/** Prices as cards have them; what is null is no longer there. */
export interface OfferPrice {
  price_minor: number;
  compare_at_minor: number | null;
  prior_price_minor: number | null;
  discount_percent: number | null;
}

/** What a product costs and how many are left, where nothing else about it changed. */
export interface Offer {
  product_id: string;
  /** Over all variants; 6 is six or more. */
  stock: number;
  /** Absent, with every price, when no price changed. */
  currency?: string;
  price?: OfferPrice;
  variants: { id: string; stock: number; price?: OfferPrice }[];
  /** A public view of at least this `version` has it; absent from an earlier cloud. */
  version?: number;
}

/** A coupon as shoppers see it once it is pinned. */
export interface CouponCard {
  coupon_id: string;
  code: string;
  title: string;
}

export type HighlightCard = ({ kind: 'product' } & ProductCard) | ({ kind: 'coupon' } & CouponCard);

/** One transition of a highlight: on or off, at an instant of the show's clock. */
export interface Highlight {
  id: string;
  action: 'show' | 'clear';
  media_time_ms: number | null;
  at: Instant;
  card: HighlightCard;
}

/** Who speaks. */
export interface Author {
  id: string;
  name: string;
  role: 'viewer' | 'host' | 'moderator';
}

/** A chat message: plain text, never markup. */
export interface ChatMessage {
  id: string;
  at: Instant;
  author: Author;
  text: string;
}

/**
 * Where a show is, and what a player needs to play it, as the show's public view says it too.
 * An older server sends only the first two: an absent address says nothing while the show is on air.
 */
export interface Airing {
  state: ShowState;
  live_at: Instant | null;
  /** When it ended; absent before. */
  ended_at?: Instant;
  /** The multivariant playlist; absent off air. */
  playback_url?: string;
  /** A still picture of what is on air; absent off air. */
  still_url?: string;
}

/** The room as it stands. */
export interface Snapshot extends Airing {
  viewers: number;
  /** The public view is to have at least this `version`; absent from an earlier cloud. */
  version?: number;
  messages: ChatMessage[];
  highlights: Highlight[];
}

/** One thing that happened in a room. Unknown ones are to be ignored. */
export type RoomEvent =
  | ({ e: 'chat' } & ChatMessage)
  | { e: 'chat_removed'; id: string }
  | { e: 'author_removed'; author: string }
  /** A ban was taken back: what it removed stands where it stood. Oldest first. */
  | { e: 'chat_restored'; messages: ChatMessage[] }
  | { e: 'reactions'; counts: Partial<Record<Reaction, number>> }
  | { e: 'viewers'; count: number }
  | { e: 'highlight'; highlight: Highlight }
  | ({ e: 'state' } & Airing)
  /** The public view that has it is of at least this `version`; absent from an earlier cloud. */
  | { e: 'lineup_changed'; version?: number }
  /** To shoppers whose socket asked for it with `?offers=1`; others are told that the line-up changed. */
  | ({ e: 'offer' } & Offer)
  | { e: 'order'; id: string; total_minor: number; currency: string; items: number }
  | { e: 'media'; receiving: boolean; rungs: string[] };

/** What a client says. */
export type ClientFrame =
  | { t: 'hello'; token: string; show: string; epoch?: string; seq?: number }
  // `mark` is a random UUID kept with the draft: sent again, the server answers the first result and says nothing twice.
  | { t: 'chat'; mark: string; text: string }
  | { t: 'reaction'; kind: Reaction }
  | { t: 'ping' };

/** What the server says. */
export type ServerFrame =
  | { t: 'welcome'; epoch: string; seq: number; you: Author; snapshot?: Snapshot; missed?: RoomEvent[] }
  | { t: 'tick'; seq: number; events: RoomEvent[] }
  | { t: 'accepted'; mark: string; id: string }
  | { t: 'error'; code: string; message: string; retryable: boolean; mark?: string }
  | { t: 'pong' };

const SERVER_FRAMES = new Set(['welcome', 'tick', 'accepted', 'error', 'pong']);

/** Reads a text frame of the server; `null` for what this client does not know. */
export function readServerFrame(text: string): ServerFrame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const tag = (value as { t?: unknown } | null)?.t;
  return typeof tag === 'string' && SERVER_FRAMES.has(tag) ? (value as ServerFrame) : null;
}
