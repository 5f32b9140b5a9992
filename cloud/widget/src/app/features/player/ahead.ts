import type Hls from 'hls.js';
import type { FragmentLoaderContext, HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration } from 'hls.js';

/** A part on its way, with the moments of `performance.now()` that are known of it. */
class Request {
  readonly sentMs = performance.now();
  /** When the answer began, and when all of it was there. */
  beganMs = 0;
  endedMs = 0;
  /** Bytes that have come, and that it has in all; 0 when nobody says. */
  loaded = 0;
  total = 0;
  hasFailed = false;
  readonly begun: Promise<Response>;
  readonly all: Promise<ArrayBuffer>;
  /** Called when more has come. */
  grew = (): void => {};
  readonly #abort = new AbortController();

  constructor(readonly url: string) {
    this.begun = fetch(url, { signal: this.#abort.signal }).then((response) => {
      if (!response.ok) throw new Refused(response.status);
      this.beganMs = performance.now();
      this.total = Number(response.headers.get('content-length')) || 0;
      return response;
    });
    this.all = this.begun.then((response) => this.#read(response));
    this.all.catch(() => (this.hasFailed = true)); // whoever waits for it hears
  }

  async #read(response: Response): Promise<ArrayBuffer> {
    const [reader, chunks]: [ReadableStreamDefaultReader<Uint8Array>, Uint8Array[]] = [response.body!.getReader(), []];
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      this.loaded += next.value.byteLength;
      this.grew();
    }
    this.endedMs = performance.now();
    const data = new Uint8Array(this.loaded);
    let at = 0;
    for (const chunk of chunks) {
      data.set(chunk, at);
      at += chunk.byteLength;
    }
    return data.buffer;
  }

  abort(): void {
    this.#abort.abort();
  }
}

/** The hint that a player of this page waits for: over HTTP/1.1 the page has six connections in all, for chat and cart too. */
let held: Request | null = null;

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
    if (held === this.#next) held = null;
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
    const next = this.#after(context);
    if (next && this.#next?.url === next.url) return;
    this.stop();
    if (!next || (next.isHint && (held || globalThis.document?.hidden))) return;
    const request = (this.#next = new Request(next.url));
    if (!next.isHint) return;
    held = request;
    const free = () => held === request && (held = null);
    request.begun.then(free, free);
  }

  #after({ frag, part }: FragmentLoaderContext): { url: string; isHint: boolean } | null {
    if (this.#hls?.loadLevel !== frag.level) return null; // it is about to load another one
    const details = this.#hls.levels[frag.level]?.details;
    const parts = details?.partList ?? [];
    const at = parts.findIndex((one) => one.fragment.sn === frag.sn && one.index === part?.index);
    if (!details || at < 0) return null;
    const known = parts[at + 1];
    if (known) return known.gap ? null : { url: known.url, isHint: false };
    const hint = details.preloadHint;
    return hint?.TYPE === 'PART' && hint.URI ? { url: new URL(hint.URI, details.url).href, isHint: true } : null;
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
    this.context = context;
    // What a part needs to be played comes between it and the one before.
    const early = context.frag.sn === 'initSegment' ? null : this.#ahead.take(context.url);
    if (!context.part || context.rangeEnd) return this.#plain.load(context, config, callbacks);
    this.#callbacks = callbacks;
    this.stats.loading.start = performance.now();
    void this.#load(context, config, early);
  }

  async #load(context: FragmentLoaderContext, config: LoaderConfiguration, early: Request | null): Promise<void> {
    const { maxTimeToFirstByteMs, maxLoadTimeMs } = config.loadPolicy;
    const receive = async (request: Request) => {
      this.#within(maxTimeToFirstByteMs);
      this.#watch(request);
      await request.begun;
      if (request.hasFailed) throw new Error('broken off');
      if (!this.#callbacks) return;
      this.#within(maxLoadTimeMs);
      this.#watch(request);
      this.#ahead.follow(context);
      this.#done(context, request, request === early, await request.all);
    };
    try {
      // One that was sent early and failed, before its turn or in it, is asked for once more: a hint binds nobody.
      const isDone = early && (await receive(early).then(() => true, () => false));
      if (!isDone && this.#callbacks) await receive(new Request(context.url));
    } catch (error) {
      const code = error instanceof Refused ? error.status : 0;
      this.#end()?.onError({ code, text: String(error) }, context, null, this.stats);
    }
  }

  /** hls.js looks at what has come so far: what is late and nearly there is left to come. */
  #watch(request: Request): void {
    const { stats } = this;
    this.#request = request;
    request.grew = () => {
      stats.loading.first ||= performance.now();
      [stats.loaded, stats.total] = [request.loaded, request.total];
    };
    [stats.loading.first, stats.loaded, stats.total] = [0, 0, 0];
    if (request.beganMs > 0) request.grew();
  }

  #done(context: FragmentLoaderContext, request: Request, wasEarly: boolean, data: ArrayBuffer): void {
    const callbacks = this.#end();
    if (!callbacks) return;
    const end = performance.now();
    this.stats.loaded = this.stats.total = data.byteLength;
    this.#request!.grew = () => {};
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
    this.#leave();
    callbacks.onAbort?.(this.stats, this.context, null);
  }

  /** The player goes elsewhere: the line is to be free for that. */
  #leave(): void {
    this.#request?.abort();
    this.#ahead.stop();
  }

  destroy(): void {
    if (this.#end()) this.#leave();
    this.#plain.destroy();
  }
}
