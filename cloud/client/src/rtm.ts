import { CloudError, isFinal } from './errors.ts';
import { Outbox } from './outbox.ts';
import { readServerFrame, type Author, type ClientFrame, type Reaction, type RoomEvent, type Snapshot } from './protocol.ts';
import { Reactions } from './reactions.ts';

/**
 * How the socket fares. `refused` is final: the cloud's own word about this person or show. `blocked`: this page has
 * never had a socket although the cloud answers otherwise, as on networks that forbid them; it is tried now and then. `full`: the plan has no room for another viewer
 * in the chat; it is tried now and then.
 */
export type RtmLink = 'connecting' | 'open' | 'waiting' | 'blocked' | 'full' | 'refused';

/** What the socket tells. */
export interface RtmHandlers {
  /** The room as it stands: forget what was known. */
  snapshot(snapshot: Snapshot, you: Author): void;
  /** What happened, in order; `you` also when a gap was bridged. */
  events(events: RoomEvent[]): void;
  /** The state of the link, and who the server takes us for. */
  link(link: RtmLink, you: Author | null): void;
}

/** Whether any socket ever opened on this page: then an outage is an outage, never a network that forbids sockets. */
export interface PageSockets {
  opened: boolean;
}
const thisPage: PageSockets = { opened: false };

/** What the socket needs of the world; tests bring their own. */
export interface RtmOptions {
  url: string;
  show: string;
  /** A token for `hello`; `fresh` when the last one was refused. */
  token(fresh: boolean): Promise<string>;
  /** Rejects while the cloud is not reached by other ways either; asked before sockets are said to be blocked. */
  reachable?(): Promise<unknown>;
  page?: PageSockets;
  WebSocket?: new (url: string) => WebSocket;
  random?: () => number;
}

const PING_EVERY_MS = 20_000;
const SILENT_AFTER_MS = 50_000;
/** From dialling to the room's welcome. */
const WELCOME_WITHIN_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A restarting server is not met by everybody at once. */
const RESTART_SPREAD_MS = 10_000;
/** A link that stood this long was good: the next wait is a short one again. */
const STEADY_MS = 10_000;
/** After this many tries without any socket on the page, sockets count as blocked … */
const TRIES_UNTIL_BLOCKED = 3;
/** … and are tried only this often. */
const BLOCKED_WAIT_MS = 120_000;
/** A chat that is full is not asked more often than this. */
const FULL_WAIT_MS = 40_000;

/** One show's RTM connection: says hello, resumes by epoch and seq, reconnects with jitter. */
export class RtmSocket {
  readonly #options: RtmOptions;
  readonly #handlers: RtmHandlers;
  readonly #page: PageSockets;
  readonly #outbox = new Outbox((frame) => this.#send(frame));
  readonly #reactions = new Reactions((kind) => this.#send({ t: 'reaction', kind }));
  #socket: WebSocket | null = null;
  #link: RtmLink = 'connecting';
  #epoch: string | undefined;
  #seq: number | undefined;
  #you: Author | null = null;
  #tries = 0;
  #unopened = 0;
  #lastError = '';
  #freshToken = false;
  #heardAt = 0;
  #welcomedAt = 0;
  /** Counts connections, so that a late answer of an earlier one is dropped. */
  #life = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(options: RtmOptions, handlers: RtmHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#page = options.page ?? thisPage;
    void this.#connect();
  }

  /**
   * Says something under its author's mark (`newMark()`); resolves with the message's id once the room has taken it.
   * Survives a reconnect. After a rejection the same mark may be said again, as long as the text is the same.
   */
  say(mark: string, text: string): Promise<string> {
    if (this.#stopped || this.#link === 'refused' || this.#shut) return Promise.reject(CloudError.unreachable());
    return this.#outbox.say(mark, text);
  }

  /** Sends a reaction; one that cannot be sent, or comes too fast, is let go. */
  react(kind: Reaction): void {
    if (this.#link === 'open') this.#reactions.add(kind);
  }

  /** Opens the socket again, for a token with another nickname. */
  restart(): void {
    if (this.#stopped) return;
    this.#drop();
    void this.#connect();
  }

  /** Ends it for good. */
  stop(): void {
    this.#stopped = true;
    this.#drop();
    this.#outbox.close(CloudError.unreachable());
  }

  async #connect(): Promise<void> {
    const life = (this.#life += 1);
    if (!this.#shut) this.#tell('connecting');
    let token: string;
    try {
      token = await this.#options.token(this.#freshToken);
    } catch (error) {
      if (life !== this.#life) return;
      if (error instanceof CloudError && isFinal(error.code)) this.#refuse();
      else this.#wait(this.#backOff());
      return;
    }
    if (life !== this.#life) return;
    this.#lastError = '';
    let socket: WebSocket;
    try {
      socket = new (this.#options.WebSocket ?? WebSocket)(this.#options.url);
    } catch {
      return this.#failed(life); // the page's own policy forbids it, or the address makes no sense
    }
    let opened = false;
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      opened = this.#page.opened = true;
      const known = this.#epoch === undefined ? {} : { epoch: this.#epoch, seq: this.#seq ?? 0 };
      this.#send({ t: 'hello', token, show: this.#options.show, ...known });
    };
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#hear(String(message.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) end(event.code, event.reason);
    };
    const end = (code: number, reason = '') => {
      this.#drop();
      if (opened) this.#closed(code, reason);
      else this.#failed(this.#life);
    };
    this.#deadline = setTimeout(() => end(1006), WELCOME_WITHIN_MS);
    this.#pulse = setInterval(() => {
      if (Date.now() - this.#heardAt > SILENT_AFTER_MS) end(1006);
      else this.#send({ t: 'ping' });
    }, PING_EVERY_MS);
  }

  #hear(text: string): void {
    this.#heardAt = Date.now();
    const frame = readServerFrame(text);
    if (!frame) return;
    switch (frame.t) {
      case 'welcome':
        clearTimeout(this.#deadline);
        this.#freshToken = false;
        this.#welcomedAt = Date.now();
        [this.#epoch, this.#seq, this.#you] = [frame.epoch, frame.seq, frame.you];
        if (frame.snapshot) this.#handlers.snapshot(frame.snapshot, frame.you);
        if (frame.missed?.length) this.#handlers.events(frame.missed);
        this.#tell('open');
        this.#outbox.opened(frame.you.id);
        break;
      case 'tick':
        this.#seq = frame.seq;
        this.#handlers.events(frame.events);
        break;
      case 'accepted':
        this.#outbox.accepted(frame.mark, frame.id);
        break;
      case 'error':
        if (frame.mark === undefined) this.#lastError = frame.code;
        else this.#outbox.refused(frame.mark, new CloudError(frame.code, frame.message, frame.retryable));
        break;
      case 'pong':
        break;
    }
  }

  /** A socket that had opened went away. */
  #closed(code: number, reason: string): void {
    const why = this.#lastError || (code === 1008 ? reason : '');
    if (this.#welcomedAt > 0 && Date.now() - this.#welcomedAt >= STEADY_MS) this.#tries = 0;
    this.#welcomedAt = 0;
    if (code === 1008 && isFinal(why)) return this.#refuse();
    if (code === 1008 && why === 'unauthenticated' && !this.#freshToken) {
      this.#freshToken = true; // a pass that no longer holds is renewed at once
      this.#wait(0);
    } else if (code === 1001 || code === 1012) {
      this.#tries += 1;
      this.#wait(this.#random() * RESTART_SPREAD_MS);
    } else if (why === 'viewers_full') {
      this.#shutOut('full', FULL_WAIT_MS);
    } else {
      this.#wait(this.#backOff());
    }
  }

  /** A socket did not even open. */
  #failed(life: number): void {
    this.#unopened += 1;
    const blocked = () => this.#unopened >= TRIES_UNTIL_BLOCKED && !this.#page.opened;
    if (!blocked()) return this.#wait(this.#backOff());
    if (this.#link !== 'blocked') this.#tell('waiting');
    // Where nothing at all is reached, the network is away, or the cloud: no reason to give sockets up.
    void Promise.resolve(this.#options.reachable?.()).then(
      () => true,
      () => false,
    ).then((reached) => {
      if (life !== this.#life) return;
      if (!reached || !blocked()) return this.#wait(this.#backOff());
      this.#shutOut('blocked', BLOCKED_WAIT_MS);
    });
  }

  /** There is no chat for this page for now, and it is tried again before that long. */
  #shutOut(link: 'blocked' | 'full', ms: number): void {
    this.#tell(link);
    this.#outbox.close(CloudError.unreachable());
    this.#again(ms * (0.5 + this.#random() / 2));
  }

  get #shut(): boolean {
    return this.#link === 'blocked' || this.#link === 'full';
  }

  #refuse(): void {
    this.#tell('refused');
    this.#outbox.close(CloudError.unreachable());
  }

  #tell(link: RtmLink): void {
    this.#link = link;
    this.#handlers.link(link, this.#you);
  }

  #wait(ms: number): void {
    this.#tell('waiting');
    this.#again(ms);
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), ms);
  }

  #backOff(): number {
    const most = Math.min(FIRST_WAIT_MS * 2 ** this.#tries, LONGEST_WAIT_MS);
    this.#tries += 1;
    return most / 2 + (this.#random() * most) / 2;
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }

  #send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Lets go of the socket. What is being said waits for the next one. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#life += 1;
    clearInterval(this.#pulse);
    clearTimeout(this.#deadline);
    clearTimeout(this.#timer);
    this.#outbox.lost();
    this.#reactions.stop();
    if (socket && socket.readyState < 2) socket.close();
  }
}
