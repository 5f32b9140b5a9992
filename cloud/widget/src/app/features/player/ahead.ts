import type Hls from 'hls.js';
import type { FragmentLoaderContext, HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration } from 'hls.js';

/** A part on its way, with the moments of `performance.now()` that are known of it. */
class Request {
  readonly sentMs = performance.now();
  /** When the answer began, and when all of it was there. */
  beganMs = 0;
  endedMs = 0;
  readonly begun: Promise<Response>;
  readonly #abort = new AbortController();
  #all: Promise<ArrayBuffer> | undefined;

  constructor(readonly url: string) {
    this.begun = fetch(url, { signal: this.#abort.signal }).then((response) => {
      if (!response.ok) throw new Refused(response.status);
      this.beganMs = performance.now();
      return response;
    });
    this.all().catch(() => {}); // whoever waits for it hears
  }

  all(): Promise<ArrayBuffer> {
    return (this.#all ??= this.begun
      .then((response) => response.arrayBuffer())
      .then((data) => ((this.endedMs = performance.now()), data)));
  }

  abort(): void {
    this.#abort.abort();
  }
}

class Refused extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

/**
 * Asks for the next part as soon as the present one begins to come, known or only hinted at (RFC 8216bis, section 4.4.5.3). hls.js
 * asks for one after the other: a line with 80 ms of way and 3 Mb/s is idle for half of the time then, and parts of a
 * fifth of a second take as long to come as to play.
 */
export class Ahead {
  /** The loader that hls.js is to use for media. */
  readonly Loader: new (config: HlsConfig) => Loader<FragmentLoaderContext>;
  #hls: Hls | undefined;
  #next: Request | null = null;
  #endedMs = 0;

  constructor() {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- hls.js makes loaders, and tells them of nothing but its settings
    const ahead = this;
    this.Loader = class extends PartLoader {
      constructor(config: HlsConfig) {
        super(config, ahead);
      }
    };
  }

  /** These are its parts. */
  attach(hls: Hls): void {
    this.#hls = hls;
  }

  /** Nothing more is wanted for now. */
  stop(): void {
    this.#next?.abort();
    this.#next = null;
  }

  /** The request for `url` when it was sent already. Any other is not wanted any more: the player went elsewhere. */
  take(url: string): Request | null {
    const next = this.#next;
    if (next?.url !== url) this.stop();
    this.#next = null;
    return next?.url === url ? next : null;
  }

  /** The part of `context` begins to come: asks for the one after it. */
  follow(context: FragmentLoaderContext): void {
    const url = this.#after(context);
    this.stop();
    if (url !== null) this.#next = new Request(url);
  }

  #after({ frag, part }: FragmentLoaderContext): string | null {
    const details = this.#hls?.levels[frag.level]?.details;
    const parts = details?.partList ?? [];
    const at = parts.findIndex((one) => one.fragment.sn === frag.sn && one.index === part?.index);
    if (!details || at < 0) return null;
    const known = parts[at + 1];
    if (known) return known.gap ? null : known.url;
    const hint = details.preloadHint;
    return hint?.TYPE === 'PART' && hint.URI ? new URL(hint.URI, details.url).href : null;
  }

  /**
   * When `request` began to come, sent and ended, as the measure of the line wants it: moved to end at `nowMs`, without the time
   * in which another part had the line, or in which the server waited for this one to be made.
   */
  times(request: Request, wasEarly: boolean, nowMs: number): { start: number; first: number } {
    const began = Math.min(Math.max(request.beganMs, this.#endedMs), request.endedMs);
    const way = request.beganMs - request.sentMs;
    this.#endedMs = request.endedMs;
    const first = began + nowMs - request.endedMs;
    return { start: first - (wasEarly ? Math.min(way, this.#hls?.ttfbEstimate ?? 0) : way), first };
  }
}

/** Loads parts by way of an `Ahead`, all else as hls.js does. */
class PartLoader implements Loader<FragmentLoaderContext> {
  readonly #plain: Loader<FragmentLoaderContext>;
  readonly #ahead: Ahead;
  #request: Request | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #callbacks: LoaderCallbacks<FragmentLoaderContext> | null = null;
  context: FragmentLoaderContext | null = null;

  constructor(config: HlsConfig, ahead: Ahead) {
    this.#plain = new config.loader(config) as Loader<FragmentLoaderContext>;
    this.#ahead = ahead;
  }

  get stats() {
    return this.#plain.stats;
  }

  load(context: FragmentLoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<FragmentLoaderContext>): void {
    const early = this.#ahead.take(context.url);
    this.context = context;
    if (!context.part || context.rangeEnd) return this.#plain.load(context, config, callbacks);
    this.#callbacks = callbacks;
    this.stats.loading.start = performance.now();
    void this.#load(context, config, early);
  }

  async #load(context: FragmentLoaderContext, config: LoaderConfiguration, early: Request | null): Promise<void> {
    const { maxTimeToFirstByteMs, maxLoadTimeMs } = config.loadPolicy;
    try {
      this.#within(maxTimeToFirstByteMs);
      if (early && !(await this.#begins(early))) early = null; // a hint binds nobody
      if (!this.#callbacks) return;
      const request = early ?? (this.#request = new Request(context.url));
      await request.begun;
      if (!this.#callbacks) return;
      this.#within(maxLoadTimeMs);
      this.#ahead.follow(context);
      this.#done(context, request, early !== null, await request.all());
    } catch (error) {
      const code = error instanceof Refused ? error.status : 0;
      this.#end()?.onError({ code, text: String(error) }, context, null, this.stats);
    }
  }

  async #begins(early: Request): Promise<boolean> {
    this.#request = early;
    return early.begun.then(() => true, () => false);
  }

  #done(context: FragmentLoaderContext, request: Request, wasEarly: boolean, data: ArrayBuffer): void {
    const callbacks = this.#end();
    if (!callbacks) return;
    const end = performance.now();
    this.stats.loaded = this.stats.total = data.byteLength;
    Object.assign(this.stats.loading, this.#ahead.times(request, wasEarly, end), { end });
    callbacks.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null);
  }

  #within(ms: number): void {
    clearTimeout(this.#timer);
    const late = () => {
      const [callbacks, context] = [this.#end(), this.context];
      this.#request?.abort();
      if (context) callbacks?.onTimeout(this.stats, context, null);
    };
    if (Number.isFinite(ms)) this.#timer = setTimeout(late, ms);
  }

  /** It is over: whoever is to hear of it, once. */
  #end(): LoaderCallbacks<FragmentLoaderContext> | null {
    clearTimeout(this.#timer);
    const callbacks = this.#callbacks;
    this.#callbacks = null;
    return callbacks;
  }

  abort(): void {
    if (!this.#request) return this.#plain.abort();
    const callbacks = this.#end();
    if (!callbacks || !this.context) return;
    this.stats.aborted = true;
    this.#request.abort();
    callbacks.onAbort?.(this.stats, this.context, null);
  }

  destroy(): void {
    if (this.#end()) this.#request?.abort();
    this.#plain.destroy();
  }
}
