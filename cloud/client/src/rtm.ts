import { CloudError } from './errors.ts';
import { readServerFrame, type Author, type ClientFrame, type Reaction, type RoomEvent, type Snapshot } from './protocol.ts';

/** How the socket fares. `refused` is final. */
export type RtmLink = 'connecting' | 'open' | 'waiting' | 'refused';

/** What the socket tells. */
export interface RtmHandlers {
  /** The room as it stands: forget what was known. */
  snapshot(snapshot: Snapshot, you: Author): void;
  /** What happened, in order; `you` also when a gap was bridged. */
  events(events: RoomEvent[]): void;
  /** The state of the link, and who the server takes us for. */
  link(link: RtmLink, you: Author | null): void;
}

/** What the socket needs of the world; tests bring their own. */
export interface RtmOptions {
  url: string;
  show: string;
  /** A token for `hello`; `fresh` when the last one was refused. */
  token(fresh: boolean): Promise<string>;
  WebSocket?: new (url: string) => WebSocket;
  random?: () => number;
}

const PING_EVERY_MS = 20_000;
const SILENT_AFTER_MS = 50_000;
const ANSWER_WITHIN_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A restarting server is not met by everybody at once. */
const RESTART_SPREAD_MS = 10_000;

interface Pending {
  resolve(id: string): void;
  reject(error: CloudError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** One show's RTM connection: says hello, resumes by epoch and seq, reconnects with jitter. */
export class RtmSocket {
  readonly #options: RtmOptions;
  readonly #handlers: RtmHandlers;
  readonly #pending = new Map<string, Pending>();
  #socket: WebSocket | null = null;
  #epoch: string | undefined;
  #seq: number | undefined;
  #you: Author | null = null;
  #tries = 0;
  #marks = 0;
  #lastError = '';
  #freshToken = false;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(options: RtmOptions, handlers: RtmHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    void this.#connect();
  }

  /** Says something; resolves with the message's id once the room has taken it. */
  say(text: string): Promise<string> {
    const mark = `m${(this.#marks += 1)}`;
    if (!this.#send({ t: 'chat', mark, text })) return Promise.reject(CloudError.unreachable());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(mark, (p) => p.reject(CloudError.unreachable())), ANSWER_WITHIN_MS);
      this.#pending.set(mark, { resolve, reject, timer });
    });
  }

  /** Sends a reaction; one that cannot be sent is dropped. */
  react(kind: Reaction): void {
    this.#send({ t: 'reaction', kind });
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
  }

  async #connect(): Promise<void> {
    this.#handlers.link('connecting', this.#you);
    let token: string;
    try {
      token = await this.#options.token(this.#freshToken);
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof CloudError && !error.retryable) this.#handlers.link('refused', this.#you);
      else this.#wait(this.#backOff());
      return;
    }
    if (this.#stopped || this.#socket) return;
    this.#lastError = '';
    const socket = new (this.#options.WebSocket ?? WebSocket)(this.#options.url);
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onopen = () => {
      const known = this.#epoch === undefined ? {} : { epoch: this.#epoch, seq: this.#seq ?? 0 };
      this.#send({ t: 'hello', token, show: this.#options.show, ...known });
    };
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#hear(String(message.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
    this.#pulse = setInterval(() => this.#beat(), PING_EVERY_MS);
  }

  #hear(text: string): void {
    this.#heardAt = Date.now();
    const frame = readServerFrame(text);
    if (!frame) return;
    switch (frame.t) {
      case 'welcome':
        this.#tries = 0;
        this.#freshToken = false;
        [this.#epoch, this.#seq, this.#you] = [frame.epoch, frame.seq, frame.you];
        if (frame.snapshot) this.#handlers.snapshot(frame.snapshot, frame.you);
        if (frame.missed?.length) this.#handlers.events(frame.missed);
        this.#handlers.link('open', frame.you);
        break;
      case 'tick':
        this.#seq = frame.seq;
        this.#handlers.events(frame.events);
        break;
      case 'accepted':
        this.#settle(frame.mark, (p) => p.resolve(frame.id));
        break;
      case 'error': {
        this.#lastError = frame.code;
        const error = new CloudError(frame.code, frame.message, frame.retryable);
        if (frame.mark !== undefined) this.#settle(frame.mark, (p) => p.reject(error));
        break;
      }
      case 'pong':
        break;
    }
  }

  #closed(code: number): void {
    this.#drop();
    if (this.#stopped) return;
    if (code === 1008) {
      // A pass that no longer holds is renewed once; any other refusal is final.
      if (this.#lastError !== 'unauthenticated' || this.#freshToken) {
        this.#handlers.link('refused', this.#you);
        return;
      }
      this.#freshToken = true;
      this.#wait(0);
    } else if (code === 1001 || code === 1012) {
      this.#tries += 1;
      this.#wait(this.#random() * RESTART_SPREAD_MS);
    } else {
      this.#wait(this.#backOff());
    }
  }

  #beat(): void {
    if (Date.now() - this.#heardAt > SILENT_AFTER_MS) this.#closed(1006);
    else this.#send({ t: 'ping' });
  }

  #wait(ms: number): void {
    this.#handlers.link('waiting', this.#you);
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

  #settle(mark: string, end: (pending: Pending) => void): void {
    const pending = this.#pending.get(mark);
    if (!pending) return;
    this.#pending.delete(mark);
    clearTimeout(pending.timer);
    end(pending);
  }

  /** Lets go of the socket and of everything that waits for it. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#pulse);
    clearTimeout(this.#timer);
    if (socket && socket.readyState < 2) socket.close();
    for (const mark of [...this.#pending.keys()]) this.#settle(mark, (p) => p.reject(CloudError.unreachable()));
  }
}
