import {
  RtmSocket,
  type Author,
  type ChatMessage,
  type ProductCard,
  type PublicCloud,
  type PublicShow,
  type Reaction,
  type RoomEvent,
  type RtmLink,
  type RtmOptions,
  type ShowState,
} from '@vitrine/client';
import { withMessages, withoutAuthor, withoutMessage } from './chat-log.ts';
import { HighlightTrack, type Pinned } from './highlights.ts';
import type { Memory } from './memory.ts';
import { Passport } from './pass.ts';

/** How often the picture is asked how far it is, in milliseconds. */
const LOOK_EVERY_MS = 100;
/** Without a picture for this long, pins are shown by hearsay. */
const PICTURE_WITHIN_MS = 8_000;
/** How far a usual picture is behind what is heard. */
const USUAL_DELAY_MS = 2_500;
/** A line-up that changes is loaded again within this, so that a full room does not ask at once. */
const RELOAD_SPREAD_MS = 2_000;

/** A picture's clock: UTC milliseconds of the frame on screen, or null when it does not tell. */
export type PictureClock = () => number | null;

export interface ShowStoreOptions {
  show: PublicShow;
  cloud: PublicCloud;
  memory: Memory;
  /** Called when a transition of a highlight comes to the screen. */
  onPinned?: (pinned: Pinned | null, pictureMs: number | null) => void;
  WebSocket?: RtmOptions['WebSocket'];
  now?: () => number;
}

/** One show as this viewer sees it. Knows no DOM; the views draw what it says. */
export class ShowStore {
  show = $state.raw() as PublicShow;
  state = $state<ShowState>('draft');
  viewers = $state(0);
  messages = $state.raw<ChatMessage[]>([]);
  link = $state<RtmLink>('connecting');
  you = $state.raw<Author | null>(null);
  pinned = $state.raw<Pinned | null>(null);
  /** Reactions of everybody, the last burst; each burst is a new object. */
  burst = $state.raw<{ counts: Partial<Record<Reaction, number>> } | null>(null);
  name = $state<string | null>(null);

  readonly #options: ShowStoreOptions;
  readonly #now: () => number;
  readonly #track = new HighlightTrack();
  readonly #passport: Passport;
  #rtm: RtmSocket | null = null;
  #picture: PictureClock | null = null;
  #pictureSeenMs: number;
  #looking: ReturnType<typeof setInterval> | undefined;
  #reloading: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ShowStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#pictureSeenMs = this.#now();
    this.#passport = new Passport(options.cloud, options.show.id, options.memory);
    this.name = this.#passport.chosenName;
    this.#take(options.show);
    if (options.show.highlight) this.#track.reset([options.show.highlight]);
  }

  /** Joins the room. */
  start(): void {
    const { show, WebSocket } = this.#options;
    this.#rtm = new RtmSocket(
      { url: show.rtm_url, show: show.id, token: (fresh) => this.#passport.token(fresh), ...(WebSocket ? { WebSocket } : {}) },
      {
        snapshot: (snapshot) => {
          this.#move(snapshot.state, snapshot.live_at);
          this.viewers = snapshot.viewers;
          this.messages = withMessages([], snapshot.messages);
          this.#track.reset(snapshot.highlights);
        },
        events: (events) => events.forEach((event) => this.#happened(event)),
        link: (link, you) => ([this.link, this.you] = [link, you]),
      },
    );
    this.#looking = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Leaves the room. */
  stop(): void {
    this.#rtm?.stop();
    clearInterval(this.#looking);
    clearTimeout(this.#reloading);
  }

  /** Who watches: attribution for the cart. */
  get viewerId(): string | null {
    return this.#passport.viewerId;
  }

  /** The picture that pins wait for; null where there is none (chat only). */
  watch(picture: PictureClock | null): void {
    this.#picture = picture;
    this.#pictureSeenMs = this.#now();
  }

  /** Shows what the picture has reached. */
  look(): void {
    const now = this.#now();
    const picture = this.#picture?.() ?? null;
    if (picture !== null) this.#pictureSeenMs = now;
    let pinned = this.pinned;
    if (this.state === 'ended') pinned = null;
    else if (picture !== null) pinned = this.#track.atPicture(picture);
    else if (!this.#picture || now - this.#pictureSeenMs > PICTURE_WITHIN_MS) pinned = this.#track.atHearing(now, USUAL_DELAY_MS);
    if (pinned?.id === this.pinned?.id) return;
    this.pinned = pinned;
    this.#options.onPinned?.(pinned, picture);
  }

  /** The freshest card of a product: the line-up's own figures over those of the pin. */
  freshest(card: ProductCard): ProductCard {
    return this.show.products.find((product) => product.product_id === card.product_id) ?? card;
  }

  say(text: string): Promise<string> {
    return this.#rtm?.say(text) ?? Promise.reject(new Error('not started'));
  }

  react(kind: Reaction): void {
    this.#rtm?.react(kind);
  }

  /** Takes a name for the chat and says hello again under it. */
  async rename(name: string): Promise<void> {
    await this.#passport.rename(name);
    this.name = name;
    this.#rtm?.restart();
  }

  /** Loads the show again. */
  async reload(): Promise<void> {
    try {
      this.#take(await this.#options.cloud.show(this.show.id));
    } catch {
      // What is shown stays; the next change asks again.
    }
  }

  #take(show: PublicShow): void {
    this.show = show;
    this.state = show.state;
    if (this.link !== 'open') this.viewers = show.viewers;
  }

  #move(state: ShowState, liveAt: string | null): void {
    const changed = state !== this.state;
    this.state = state;
    if (liveAt && liveAt !== this.show.live_at) this.show = { ...this.show, live_at: liveAt };
    if (changed) this.#reloadSoon(0);
  }

  #reloadSoon(spreadMs: number): void {
    clearTimeout(this.#reloading);
    this.#reloading = setTimeout(() => void this.reload(), 100 + Math.random() * spreadMs);
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
        this.#move(event.state, event.live_at);
        break;
      case 'lineup_changed':
        this.#reloadSoon(RELOAD_SPREAD_MS);
        break;
      default: // staff only, or newer than this widget
    }
  }
}
