/** How every call of the second lane goes out, and how its answer is read. */
import type { Schemas } from '@vitrine/client';
import { CommandFailure, type Backend, type CloudAnswer } from '../ipc/backend.ts';
import { limitSentence } from '../text/limits.ts';
import { Intent } from './intent.ts';
import { Stale, tagOf, type Versioned } from './stale.ts';
import type { Page } from './types.ts';

/** As many items as the cloud gives at once, and as many pages as a screen can use. */
const PAGE = 200;
const MOST_PAGES = 25;
/** The statuses of what is no longer the version that was seen, and of what nobody said to have seen. */
const [STALE, UNSEEN] = [412, 428];
/** From here on the cloud does not say whether it was done. */
const SERVER_FAILED = 500;
/** The same request is still being done. */
const [CONFLICT, IN_PROGRESS] = [409, '"idempotency_in_progress"'];

/** What goes with a call. */
export interface Sending {
  /** What is meant: the same for every try of one pressing. */
  intent?: Intent;
  /** What was seen of the thing: changed only if it is still that. */
  seen?: Versioned;
}

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

  async call<T>(method: string, path: string, body?: unknown, { intent, seen }: Sending = {}): Promise<T> {
    const json = body === undefined ? null : JSON.stringify(body);
    const whole = this.path(path);
    const content = `${whole} ${json}`;
    const meant = method === 'POST' ? (intent ?? new Intent()) : null;
    const headers = { idempotencyKey: meant?.key(content) ?? null, ifMatch: seen ? tagOf(seen) : null };
    const answer = await this.#backend.cloudFetch(method, whole, json, headers);
    if (isLast(answer)) meant?.answered(content);
    return read<T>(answer);
  }

  /** One page, with what only those items have in common. */
  page<T>(path: string, asked: Record<string, string | null | undefined> = {}): Promise<Page<T>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) if (value) query.set(name, value);
    return this.call<Page<T>>('GET', query.size ? `${path}?${query}` : path);
  }

  /** The whole list, page by page; of a longer one than a screen can use, the newest. */
  async list<T>(path: string): Promise<T[]> {
    return (await this.newest<T>(path)).items;
  }

  /** The same, and whether that is all. */
  async newest<T>(path: string): Promise<Newest<T>> {
    const items: T[] = [];
    let after = '';
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = `${path.includes('?') ? '&' : '?'}limit=${PAGE}${after}`;
      const { items: more, next } = await this.call<Page<T>>('GET', path + query);
      items.push(...more);
      if (!next) return { items, whole: true };
      after = `&after=${encodeURIComponent(next)}`;
    }
    return { items, whole: false };
  }
}

/** A list as far as it was read. */
export interface Newest<T> {
  items: T[];
  /** There are no more. */
  whole: boolean;
}

/** The answer's JSON, or its problem thrown. */
export function read<T>(answer: CloudAnswer): T {
  const json: unknown = answer.body === '' ? undefined : parse(answer.body);
  if (answer.status >= 200 && answer.status < 300) return json as T;
  if (answer.status === STALE || answer.status === UNSEEN) throw new Stale();
  throw problem(answer.status, json);
}

/** Whether that is how it ended: what is still being done, or may have been done, is asked for again with its key. */
function isLast({ status, body }: CloudAnswer): boolean {
  return status < SERVER_FAILED && !(status === CONFLICT && body.includes(IN_PROGRESS));
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
  const { code, detail, title, retryable, plan_limit } = (json ?? {}) as Record<string, unknown>;
  const limit = plan_limit as Schemas['PlanLimit'] | null | undefined;
  return new CommandFailure({
    code: typeof code === 'string' ? code : 'far_side',
    message: limit ? limitSentence(limit) : String(detail ?? title ?? `HTTP ${status}`),
    retryable: retryable === true,
  });
}
