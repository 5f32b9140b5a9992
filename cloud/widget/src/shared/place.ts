import type { PublicShow } from '@vitrine/client';

/** How a show stands in the page: over it, in it, or as its chat alone (which loads no video). */
export type ViewName = 'stage' | 'inline' | 'chat';

/** What the loader hands to the app. */
export interface Place {
  /** The element's shadow root; the app draws into it and takes itself away again. */
  root: ShadowRoot;
  /** Events go up from here. */
  host: HTMLElement;
  show: PublicShow;
  /** The cloud's address without a trailing slash. */
  cloud: string;
  view: ViewName;
  /** The shopper closed the stage. */
  close(): void;
}

/** The app's one export. */
export interface AppModule {
  /** Fetches the words of the element's language ahead of time; settles soon, whatever happens. */
  prepare?(host: HTMLElement): Promise<void>;
  mount(place: Place): { destroy(): void };
}

/** Tells the page; `true` unless a listener prevented the default. */
export function tell(host: HTMLElement, name: string, detail: unknown, cancelable = false): boolean {
  return host.dispatchEvent(new CustomEvent(`vitrine:${name}`, { detail, bubbles: true, composed: true, cancelable }));
}
