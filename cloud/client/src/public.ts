import { CloudError, problemOf } from './errors.ts';
import type { components } from './generated/openapi.ts';
import type { Highlight, ProductCard } from './protocol.ts';

/** Every type of the HTTP document, by name. */
export type Schemas = components['schemas'];

/** As the cloud sends it: what may be null is still there. */
type Sent<T> = { [Field in keyof T]-?: Exclude<T[Field], undefined> };

/** What the shop chose for its pages. */
export type Brand = Schemas['Brand'];

/** A show as everybody may see it. */
export type PublicShow = Omit<Sent<Schemas['PublicShow']>, 'products' | 'highlight' | 'brand' | 'version'> & {
  /** Absent in answers of clouds of earlier versions. */
  brand?: Brand;
  products: ProductCard[];
  highlight: Highlight | null;
  /** What was true at the fact of this number is in it; absent in answers of clouds of earlier versions. */
  version?: number;
};
/** Which show a channel stands on, and why. */
export type PublicChannel = { show: PublicShow | null; reason: Schemas['Channel']['reason'] };
/** A viewer's signed pass into one show's room. */
export type ViewerPass = Schemas['ViewerPass'];

/** How long an answer may take, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;

/** The public side of the cloud: no cookie, no header that would ask for a preflight. */
export class PublicCloud {
  readonly #base: string;
  readonly #fetch: typeof fetch;

  /** `base` is the cloud's address without a trailing slash. */
  constructor(base: string, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  channel(slug: string): Promise<PublicChannel> {
    return this.#get(`/v1/public/channels/${encodeURIComponent(slug)}`);
  }

  /** `choice`: whom it is for, as the end of an address (`?language=de&market=AT&currency=EUR`). */
  show(id: string, choice = ''): Promise<PublicShow> {
    return this.#get(`/v1/public/shows/${encodeURIComponent(id)}${choice}`);
  }

  /** Asks for a pass, or renews one and perhaps takes another nickname. */
  viewer(show: string, wish: { token?: string; nickname?: string }): Promise<ViewerPass> {
    return this.#get(`/v1/public/shows/${encodeURIComponent(show)}/viewers`, {
      method: 'POST',
      body: JSON.stringify(wish), // a string body is text/plain: a simple request
    });
  }

  async #get<T>(path: string, init: RequestInit = {}): Promise<T> {
    let response: Response;
    try {
      response = await this.#fetch(this.#base + path, {
        // The browser's own cache asks whether it changed (ETag, 304): a header of ours would ask for a preflight.
        cache: 'no-cache',
        ...init,
        credentials: 'omit',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch (cause) {
      throw CloudError.unreachable(cause);
    }
    if (!response.ok) throw await problemOf(response);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw CloudError.unreachable(cause); // cut off, or a portal's page in between
    }
  }
}
