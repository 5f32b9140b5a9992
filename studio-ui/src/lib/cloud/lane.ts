/** How every call of the second lane goes out, and how its answer is read. */
import { CommandFailure, type Backend, type CloudAnswer } from '../ipc/backend.ts';
import type { Page } from './types.ts';

/** As many items as the cloud gives at once, and as many pages as a screen can use. */
const PAGE = 200;
const MOST_PAGES = 25;

/** Calls below one address. */
export class Lane {
  #backend: Backend;
  /** `/v1`, or `/v1/orgs/…`. */
  readonly #base: string;

  constructor(backend: Backend, base: string) {
    this.#backend = backend;
    this.#base = base;
  }

  path = (path: string) => this.#base + path;

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const json = body === undefined ? null : JSON.stringify(body);
    return read<T>(await this.#backend.cloudFetch(method, this.path(path), json));
  }

  /** The whole list, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let after = '';
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = `${path.includes('?') ? '&' : '?'}limit=${PAGE}${after}`;
      const { items: more, next } = await this.call<Page<T>>('GET', path + query);
      items.push(...more);
      if (!next) break;
      after = `&after=${encodeURIComponent(next)}`;
    }
    return items;
  }
}

/** The answer's JSON, or its problem thrown. */
export function read<T>(answer: CloudAnswer): T {
  const json: unknown = answer.body === '' ? undefined : parse(answer.body);
  if (answer.status >= 200 && answer.status < 300) return json as T;
  throw problem(answer.status, json);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailure({ code: 'far_side', message: 'not JSON', retryable: true });
  }
}

/** An RFC 9457 answer as the failure that every screen understands. */
function problem(status: number, json: unknown): CommandFailure {
  const { code, detail, title, retryable } = (json ?? {}) as Record<string, unknown>;
  return new CommandFailure({
    code: typeof code === 'string' ? code : 'far_side',
    message: String(detail ?? title ?? `HTTP ${status}`),
    retryable: retryable === true,
  });
}
