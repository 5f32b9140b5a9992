import type { PublicShow } from '@vitrine/client';

/** How a show stands in the page: over it, in it, or as its chat alone (which loads no video). */
export type ViewName = 'stage' | 'inline' | 'chat';

/** A message that had not arrived. `at_ms`: when it was sent off, UTC; `code` and `retryable`: why it failed. */
export interface KeptMessage {
  mark: string;
  text: string;
  at_ms?: number;
  failed?: boolean;
  code?: string | undefined;
  retryable?: boolean | undefined;
}

/** What a shopper did to a show; it outlives the page. Every value may be missing. */
export interface Kept {
  /** In the corner, still playing. */
  mini?: boolean;
  /** The list of products, with the one that was asked for. */
  sheet?: { first: string | null } | null;
  /** What was being written, and what was on its way under its own mark. */
  draft?: { text: string; outgoing: KeptMessage[] };
  /** The show that it was written to. */
  show?: string;
  /** The shopper's own wishes: no sound, no moving picture. */
  muted?: boolean;
  paused?: boolean;
}

/** What the loader hands to the app. An app may meet an older loader: what came later is optional. */
export interface Place {
  /** The element's shadow root; the app draws into it and takes itself away again. */
  root: ShadowRoot;
  /** Events go up from here. */
  host: HTMLElement;
  show: PublicShow;
  /** The cloud's address without a trailing slash. */
  cloud: string;
  view: ViewName;
  /** Whom the cloud answers about products, as the end of an address. */
  choice?(): string;
  /** The shopper closed the stage. */
  close(): void;
  /** Taken over from the page before, or from before the element was hidden. */
  kept?: Kept | null;
  /** A media element that was played inside the tap which opened the stage. */
  video?: HTMLVideoElement | null;
}

/** A show in its place. A loader may meet an older app: what came later is optional. */
export interface Mounted {
  /** Takes the show away; `goes`: with its page or element, which leave what `keep` said to the next ones. */
  destroy(goes?: boolean): void;
  /** What the next page takes over. */
  keep?(): Kept;
  /** The cloud's fresh word about the same show. */
  take?(show: PublicShow): void;
  /** The show as it stands, with all that the room told. */
  show?(): PublicShow;
  /** The element was moved in the page: what lay above the page does so again. */
  moved?(): void;
}

/** The app's one export. */
export interface AppModule {
  /** Fetches the words of the element's language ahead of time; settles soon, whatever happens. */
  prepare?(host: HTMLElement): Promise<void>;
  mount(place: Place): Mounted;
}

/** Tells the page; `true` unless a listener prevented the default. */
export function tell(host: HTMLElement, name: string, detail: unknown, cancelable = false): boolean {
  return host.dispatchEvent(new CustomEvent(`vitrine:${name}`, { detail, bubbles: true, composed: true, cancelable }));
}
