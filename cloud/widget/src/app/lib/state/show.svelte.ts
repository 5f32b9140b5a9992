import {
  CloudError,
  RtmSocket,
  type Airing,
  type Author,
  type ChatMessage,
  type Offer,
  type ProductCard,
  type PublicCloud,
  type PublicShow,
  type Reaction,
  type RoomEvent,
  type RtmLink,
  type RtmOptions,
  type ShowState,
} from '@vitrine/client';
import { withMessages, withRestored, withoutAuthor, withoutMessage } from './chat-log.ts';
import { Draft } from './draft.svelte.ts';
import { Fallback } from './fallback.ts';
import { HighlightTrack, type Pinned } from './highlights.ts';
import { Landing, type Picture } from './landing.ts';
import type { Passport } from './pass.svelte.ts';
import { Reloader } from './reload.ts';

/** How often the picture is asked how far it is, in milliseconds. */
const LOOK_EVERY_MS = 100;
/** Without a picture for this long, pins are shown by hearsay. */
const PICTURE_WITHIN_MS = 8_000;
/** How far a usual picture is behind what is heard. */
const USUAL_DELAY_MS = 2_500;
/** A show that moved is loaded again within this, so that a full room does not ask at once. */
const MOVED_SPREAD_MS = 1_500;
/** The same where nobody waits for it: the line-up changed, or the room told all that the player needs. */
const RELOAD_SPREAD_MS = 4_000;
/** Offers that are kept: those of a page that is older than them are told again. */
const MOST_OFFERS = 100;
/** So often the show is loaded again while the answer is older than what the room told of: a cache may go on with it. */
const OLDER_TRIES = 5;

export type { Picture } from './landing.ts';

export interface ShowStoreOptions {
  show: PublicShow;
  cloud: PublicCloud;
  /** Whom products are told and priced for, as the end of an address. */
  choice?: (() => string) | undefined;
  /** The page's own for this show. */
  passport: Passport;
  /** Called when a transition of a highlight comes to the screen. */
  onPinned?: (pinned: Pinned | null, pictureMs: number | null) => void;
  WebSocket?: RtmOptions['WebSocket'];
  page?: RtmOptions['page'];
  /** Monotonic milliseconds. */
  now?: () => number;
  random?: () => number;
}

/** One show as this viewer sees it. Knows no DOM; the views draw what it says. */
export class ShowStore {
  show = $state.raw() as PublicShow;
  /** Where the show is on this viewer's screen: the end and an interruption wait for the picture, the start for its address. */
  state = $state<ShowState>('draft');
  viewers = $state(0);
  messages = $state.raw<ChatMessage[]>([]);
  link = $state<RtmLink>('connecting');
  you = $state.raw<Author | null>(null);
  pinned = $state.raw<Pinned | null>(null);
  /** Reactions of everybody, the last burst; each burst is a new object. */
  burst = $state.raw<{ counts: Partial<Record<Reaction, number>> } | null>(null);
  /** What this viewer is writing. */
  readonly draft = new Draft((mark, text) => this.say(mark, text));

  readonly #options: ShowStoreOptions;
  readonly #now: () => number;
  readonly #track = new HighlightTrack();
  readonly #landing = new Landing();
  readonly #reloader: Reloader;
  readonly #fallback: Fallback;
  #rtm: RtmSocket | null = null;
  #unfollow: (() => void) | undefined;
  /** Where the show is by the last word of the room, or of the page while there is no room. */
  #said: ShowState;
  /** Where the show is by the page that was loaded last. */
  #loaded: ShowState;
  /** Of what version the page is to be by the last word of the room; undefined where that is an earlier one. */
  #told: number | undefined;
  /** What may be newer than the page that comes next. */
  #offers: Offer[] = [];
  #picture: Picture | null = null;
  #pictureSeenMs: number;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(options: ShowStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const random = options.random ?? Math.random;
    this.#pictureSeenMs = this.#now();
    this.#reloader = new Reloader((tries) => this.#load().then(() => this.#agreed && (tries >= OLDER_TRIES || !this.#older)), random);
    this.#fallback = new Fallback(() => this.#ask(), random);
    this.#said = this.#loaded = this.state = options.show.state;
    this.show = options.show;
    this.viewers = options.show.viewers;
    if (options.show.highlight) this.#track.reset([options.show.highlight]);
  }

  /** Joins the room. */
  start(): void {
    const { show, passport, WebSocket, page, random } = this.#options;
    this.#rtm = new RtmSocket(
      {
        url: `${show.rtm_url}?offers=1`,
        show: show.id,
        token: (fresh) => passport.token(fresh),
        reachable: () => this.#ask(),
        ...(WebSocket && { WebSocket }),
        ...(page && { page }),
        ...(random && { random }),
      },
      {
        snapshot: (snapshot) => {
          this.#told = snapshot.version;
          // What was told while it was away is not known: prices, too.
          if (this.you || this.#older) this.#reloader.ask(RELOAD_SPREAD_MS);
          this.#move(snapshot);
          this.viewers = snapshot.viewers;
          this.messages = withMessages([], snapshot.messages);
          this.#track.reset(snapshot.highlights);
        },
        events: (events) => events.forEach((event) => this.#happened(event)),
        link: (link, you) => {
          [this.link, this.you] = [link, you];
          if (link === 'blocked' || link === 'full') this.#fallback.start();
          else this.#fallback.stop();
        },
      },
    );
    this.#unfollow = passport.renamed(() => this.#rtm?.restart());
    this.#looking = setInterval(() => this.look(), LOOK_EVERY_MS);
    if (!this.#agreed) this.#reloader.ask(MOVED_SPREAD_MS);
  }

  /** Leaves the room. */
  stop(): void {
    this.#unfollow?.();
    this.#rtm?.stop();
    this.#reloader.stop();
    this.#fallback.stop();
    clearInterval(this.#looking);
  }

  /** Who watches: attribution for the cart. */
  get viewerId(): string | null {
    return this.#options.passport.viewerId;
  }

  /** The viewer's name, whichever view of the show it was chosen in. Reactive. */
  get name(): string | null {
    return this.#options.passport.name;
  }

  /** The picture that pins wait for; null where there is none (chat only). */
  watch(picture: Picture | null): void {
    this.#picture = picture;
    this.#pictureSeenMs = this.#now();
  }

  /** Shows what the picture has reached. */
  look(): void {
    const now = this.#now();
    const landed = this.#landing.due(this.#picture, now);
    if (landed) this.#land(landed);
    const picture = this.#picture?.atMs() ?? null;
    if (picture !== null) this.#pictureSeenMs = now;
    let pinned = this.pinned;
    if (this.state === 'ended') pinned = null;
    // What was shown before the picture had a clock is not taken away when it comes.
    else if (picture !== null) pinned = this.#track.atPicture(Math.max(picture, Date.parse(pinned?.at ?? '') || 0));
    else if (!this.#picture || now - this.#pictureSeenMs > PICTURE_WITHIN_MS) pinned = this.#track.atHearing(now, USUAL_DELAY_MS);
    if (pinned?.id === this.pinned?.id) return;
    this.pinned = pinned;
    this.#options.onPinned?.(pinned, picture);
  }

  /** The freshest card of a product: the line-up's own figures over those of the pin. */
  freshest(card: ProductCard): ProductCard {
    return this.show.products.find((product) => product.product_id === card.product_id) ?? card;
  }

  /** Says something under its author's mark; see `RtmSocket.say`. */
  say(mark: string, text: string): Promise<string> {
    return this.#rtm?.say(mark, text) ?? Promise.reject(CloudError.unreachable());
  }

  react(kind: Reaction): void {
    this.#rtm?.react(kind);
  }

  /** Takes a name for the chat; the rooms are greeted again under it. */
  rename(name: string): Promise<void> {
    return this.#options.passport.rename(name);
  }

  /** Loads the show. The room, where there is one, knows better where it is. */
  async #load(): Promise<void> {
    const { cloud, choice } = this.#options;
    const chosen = choice?.();
    // An address of its own for what was told of: no cache has an older answer under it.
    const show = await cloud.show(this.show.id, this.#older ? `${chosen ?? '?'}&v=${this.#told}` : chosen);
    if (chosen === choice?.()) this.take(show); // else the element asks anew
  }

  /** Takes the cloud's fresh word about this show. */
  take(show: PublicShow): void {
    if (show.id !== this.show.id || show.version! < this.show.version!) return;
    this.#loaded = show.state;
    // What plays goes on playing until the end has reached the screen.
    const playing = onAir(this.state) && !show.playback_url ? { playback_url: this.show.playback_url, still_url: this.show.still_url } : {};
    this.show = { ...show, ...playing };
    this.#offers = this.#offers.filter((offer) => offer.version! > show.version! && this.#offered(offer));
    if (this.link === 'open') return this.#follow();
    this.#said = show.state;
    this.viewers = show.viewers;
    this.#follow();
  }

  /** Without a room: the show's public state, its pin included. */
  async #ask(): Promise<void> {
    await this.#load();
    if (this.link === 'open') return;
    if (this.show.highlight) this.#track.add(this.show.highlight, this.#now());
    else this.#track.reset([]);
  }

  /** Whether the room told of what the page that was loaded may not have. */
  get #older(): boolean {
    return this.show.version! < this.#told!;
  }

  /** Whether the page that was loaded and the room tell the same. */
  get #agreed(): boolean {
    return this.#loaded === this.#said && (!onAir(this.#said) || this.show.playback_url !== null);
  }

  #move(told: Airing): void {
    this.#said = told.state;
    const { live_at, ended_at, playback_url, still_url } = told;
    this.show = {
      ...this.show,
      ...(live_at && { live_at }),
      ...(ended_at && { ended_at }),
      ...(playback_url && { playback_url }),
      ...(still_url && { still_url }),
    };
    this.#follow();
    if (!this.#agreed) this.#reloader.ask(playback_url ? RELOAD_SPREAD_MS : MOVED_SPREAD_MS);
  }

  /** Brings to the screen what was told, as soon as it may be shown. */
  #follow(): void {
    const told = this.#said;
    if (told === this.state) return this.#landing.cancel();
    if (onAir(told) && !this.show.playback_url) return; // there is nothing to show yet: the page is on its way
    const takesAway = this.state === 'live' && (told === 'ended' || told === 'interrupted');
    if (takesAway && this.#picture) this.#landing.hold(told, told === 'ended' ? this.show.ended_at : null, this.#now());
    else this.#land(told);
  }

  #land(state: ShowState): void {
    this.#landing.cancel();
    this.state = state;
    if (!onAir(state)) this.show = { ...this.show, playback_url: null, still_url: null };
  }

  /** What is told to everybody in one currency is for those who are shown that one; the others look what it costs them. */
  #offered({ product_id, currency, price, stock, variants }: Offer): boolean {
    const card = this.show.products.find((product) => product.product_id === product_id);
    if (!card || (price && currency !== card.currency)) return false;
    const now = {
      ...card,
      ...price,
      stock,
      variants: card.variants.map((variant) => {
        const told = variants.find(({ id }) => id === variant.id);
        return told ? { ...variant, ...told.price, stock: told.stock } : variant;
      }),
    };
    this.show = { ...this.show, products: this.show.products.map((product) => (product === card ? now : product)) };
    return true;
  }

  /** The page is to be loaded of this version. */
  #changed({ version }: { version?: number }): void {
    this.#told = version;
    this.#reloader.ask(RELOAD_SPREAD_MS);
  }

  #happened(event: RoomEvent): void {
    switch (event.e) {
      case 'chat':
        this.messages = withMessages(this.messages, [event]);
        break;
      case 'chat_removed':
        this.messages = withoutMessage(this.messages, event.id);
        break;
      case 'author_removed':
        this.messages = withoutAuthor(this.messages, event.author);
        break;
      case 'chat_restored':
        this.messages = withRestored(this.messages, event.messages);
        if (event.messages.some(({ author }) => author.id === this.you?.id)) this.draft.allowed();
        break;
      case 'reactions':
        this.burst = { counts: event.counts };
        break;
      case 'viewers':
        this.viewers = event.count;
        break;
      case 'highlight':
        this.#track.add(event.highlight, this.#now());
        break;
      case 'state':
        this.#move(event);
        break;
      case 'offer':
        if (this.#offered(event)) this.#offers = [...this.#offers.slice(1 - MOST_OFFERS), event];
        else this.#changed(event);
        break;
      case 'lineup_changed':
        this.#changed(event);
        break;
      default: // staff only, or newer than this widget
    }
  }
}

export function onAir(state: ShowState): boolean {
  return state === 'live' || state === 'interrupted';
}
