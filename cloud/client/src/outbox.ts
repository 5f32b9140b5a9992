import { CloudError } from './errors.ts';
import type { ClientFrame } from './protocol.ts';

/** A message that no answer came for within this is given back to its author, in milliseconds. */
export const SAID_WITHIN_MS = 20_000;

interface Waiting {
  text: string;
  /** Who we were when it was sent; null while it has not been. */
  sentAs: string | null;
  answer: Promise<string>;
  resolve(id: string): void;
  reject(error: CloudError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** A random UUID (version 4) for a message. `crypto.randomUUID` is missing on pages without TLS. */
export function newMark(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Messages on their way into the room. One whose answer was lost is sent again with the same mark once the room is
 * reached again: the server takes a mark once and answers with the first result.
 */
export class Outbox {
  readonly #send: (frame: ClientFrame) => boolean;
  readonly #waiting = new Map<string, Waiting>();
  #author: string | null = null;

  constructor(send: (frame: ClientFrame) => boolean) {
    this.#send = send;
  }

  /** Resolves with the message's id; the same mark waits for the same answer. Without a room it waits for one. */
  say(mark: string, text: string): Promise<string> {
    const known = this.#waiting.get(mark);
    if (known) return known.answer;
    let settle!: Pick<Waiting, 'resolve' | 'reject'>;
    const answer = new Promise<string>((resolve, reject) => (settle = { resolve, reject }));
    const timer = setTimeout(() => this.refused(mark, CloudError.unreachable()), SAID_WITHIN_MS);
    this.#waiting.set(mark, { text, sentAs: null, answer, timer, ...settle });
    this.#post(mark);
    return answer;
  }

  /** The room is there, and knows us as `author`: all that waits goes out, in order. */
  opened(author: string): void {
    this.#author = author;
    for (const [mark, waiting] of [...this.#waiting]) {
      // To the server a mark is one author's: under another name of the server's it would be said twice.
      if (waiting.sentAs !== null && waiting.sentAs !== author) this.refused(mark, CloudError.unreachable());
      else this.#post(mark);
    }
  }

  /** The room is away; what waits keeps waiting. */
  lost(): void {
    this.#author = null;
  }

  accepted(mark: string, id: string): void {
    this.#take(mark)?.resolve(id);
  }

  refused(mark: string, error: CloudError): void {
    this.#take(mark)?.reject(error);
  }

  /** Gives everything back. */
  close(error: CloudError): void {
    for (const mark of [...this.#waiting.keys()]) this.refused(mark, error);
  }

  #post(mark: string): void {
    const waiting = this.#waiting.get(mark);
    if (waiting && this.#author !== null && this.#send({ t: 'chat', mark, text: waiting.text })) waiting.sentAs = this.#author;
  }

  #take(mark: string): Waiting | undefined {
    const waiting = this.#waiting.get(mark);
    this.#waiting.delete(mark);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
