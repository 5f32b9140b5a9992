/** What a multivariant playlist says of one stream, as far as it tells streams apart. */
interface Stream {
  attrs: { RESOLUTION?: string | undefined; CODECS?: string | undefined };
  /** Ends in the rung's name and its playlist's. */
  url: string;
}

/** A new source's rungs are offered within three seconds of its first picture. */
const SETTLED_AFTER_MS = 4_000;
/** A whole audience asks within this time. */
const SPREAD_MS = 4_000;
const TRIES = 3;
/** One that was asked for in vain is asked for again after this. */
const AGAIN_MS = 60_000;

/**
 * Notices that a show offers other rungs than it did: players read the multivariant playlist once. A source that changes
 * makes a discontinuity, and playlists report those that play beside them (RFC 8216bis, section 4.4.5.4): then it is read again.
 */
export class Rungs {
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #changed: () => void;
  #known: string[] = [];
  /** Rungs that came later and were asked for already, and until when. */
  readonly #heard = new Map<string, number>();
  /** Such a one is waited for. */
  #more = false;
  #discontinuities: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, signal: AbortSignal, changed: () => void) {
    [this.#url, this.#signal, this.#changed] = [url, signal, changed];
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** These are the streams that the player knows. */
  known(streams: readonly Stream[]): void {
    this.#known = named(streams);
  }

  /** A playlist has come, which ends after so many discontinuities and tells of others beside it. */
  playlist(discontinuities: number, beside: readonly Record<string, unknown>[] = []): void {
    for (const name of beside.map(({ URI }) => String(URI).split('/').at(-2) ?? '')) {
      if ((this.#heard.get(name) ?? 0) > performance.now() || this.#known.some((rung) => rung.startsWith(`${name} `))) continue;
      this.#heard.set(name, performance.now() + AGAIN_MS);
      this.#more = true;
      this.#soon(TRIES);
    }
    const before = this.#discontinuities ?? discontinuities;
    if (discontinuities > before) this.#soon(TRIES);
    this.#discontinuities = Math.max(discontinuities, before); // an encoded rung's playlist is a little behind
  }

  #soon(tries: number): void {
    clearTimeout(this.#timer);
    if (tries === 0) this.#more = false;
    else if (!this.#signal.aborted) this.#timer = setTimeout(() => void this.#ask(tries), SETTLED_AFTER_MS + SPREAD_MS * Math.random());
  }

  async #ask(tries: number): Promise<void> {
    try {
      const response = await fetch(this.#url, { signal: this.#signal });
      if (!response.ok) return this.#soon(tries - 1);
      const now = named(streamsIn(await response.text()));
      const isNews = this.#more ? now.some((rung) => !this.#known.includes(rung)) : now.join() !== this.#known.join();
      if (isNews) this.#changed();
      else if (this.#more) this.#soon(tries - 1);
    } catch {
      this.#soon(tries - 1);
    }
  }
}

/** Names rungs, whatever their order: each by its name, its size and how its pictures are coded. */
function named(streams: readonly Stream[]): string[] {
  return streams.map(({ attrs, url }) => [url.split('/').at(-2), attrs.RESOLUTION, attrs.CODECS?.slice(0, 4)].join(' ')).sort();
}

function streamsIn(multivariant: string): Stream[] {
  const found = multivariant.matchAll(/^#EXT-X-STREAM-INF:(.*)\n(.*)$/gm);
  return Array.from(found, ([, said = '', url = '']) => ({
    attrs: { RESOLUTION: /\bRESOLUTION=([^,]*)/.exec(said)?.[1], CODECS: /\bCODECS="([^"]*)/.exec(said)?.[1] },
    url,
  }));
}
