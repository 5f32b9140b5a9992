import { CloudError, newMark, SAID_WITHIN_MS } from '@vitrine/client';
import type { Kept } from '../../../shared/place.ts';

/** More messages than this do not wait at once. */
const MOST_OUTGOING = 4;

/** A message that was sent off and has not arrived. */
export interface Outgoing {
  /** A random UUID; the same text is sent again under the same one, so that it is said once. */
  mark: string;
  text: string;
  /** When its author pressed, UTC milliseconds. */
  atMs: number;
  /** Why it did not arrive; null while it is on its way. */
  error: unknown;
}

/** What outlives a page. */
export type KeptDraft = NonNullable<Kept['draft']>;

/** What this person is writing and what is on its way; lives as long as the show, whatever view is open. */
export class Draft {
  text = $state('');
  outgoing = $state.raw<Outgoing[]>([]);
  readonly #say: (mark: string, text: string) => Promise<unknown>;

  constructor(say: (mark: string, text: string) => Promise<unknown>) {
    this.#say = say;
  }

  get sending(): boolean {
    return this.outgoing.some((one) => one.error === null);
  }
  get failed(): Outgoing[] {
    return this.outgoing.filter((one) => one.error !== null);
  }
  /** Whether there is something to send, and room for it. */
  get ready(): boolean {
    return this.text.trim() !== '' && this.outgoing.length < MOST_OUTGOING;
  }

  /** Sends off what is written; the field is free for the next thought. */
  send(): void {
    if (!this.ready) return;
    const one = { mark: newMark(), text: this.text.trim(), atMs: Date.now(), error: null };
    this.text = '';
    this.#post(one);
  }

  /** Sends a message that failed once more, under its own mark. */
  again(mark: string): void {
    const one = this.outgoing.find((other) => other.mark === mark);
    if (one && one.error !== null) this.#post({ ...one, atMs: Date.now() });
  }

  discard(mark: string): void {
    this.outgoing = this.outgoing.filter((one) => one.mark !== mark);
  }

  /** This person may write again: what a ban had stopped can be sent after all. */
  allowed(): void {
    this.outgoing = this.outgoing.map((one) => ((one.error as { code?: unknown } | null)?.code === 'banned' ? { ...one, error: {} } : one));
  }

  keep(): KeptDraft {
    const outgoing = this.outgoing.map(({ mark, text, atMs, error }) => {
      const { code, retryable } = (error ?? {}) as Partial<CloudError>;
      return { mark, text, at_ms: atMs, failed: error !== null, code, retryable };
    });
    return { text: this.text, outgoing };
  }

  /**
   * Takes over what an earlier page kept; what was on its way is sent again, and said once. What had failed, or would come
   * too late to be an answer to anything, waits for its author. Into another show goes only what is being written.
   */
  restore(kept: KeptDraft, sameShow: boolean): void {
    this.text = kept.text;
    if (!sameShow) return;
    this.outgoing = kept.outgoing.slice(0, MOST_OUTGOING).map(({ mark, text, at_ms: atMs = 0, failed, code, retryable }) => {
      const late = Date.now() - atMs < SAID_WITHIN_MS ? null : CloudError.unreachable();
      return { mark, text, atMs, error: failed ? { code, retryable } : late };
    });
    for (const one of this.outgoing) if (!one.error) this.#post(one);
  }

  #post(one: Outgoing): void {
    const now: Outgoing = { ...one, error: null };
    const known = this.outgoing.some((other) => other.mark === one.mark);
    this.outgoing = known ? this.outgoing.map((other) => (other.mark === one.mark ? now : other)) : [...this.outgoing, now];
    this.#say(now.mark, now.text).then(
      () => (this.discard(now.mark), this.allowed()),
      (reason: unknown) => {
        const error = reason ?? new Error('not sent');
        this.outgoing = this.outgoing.map((other) => (other.mark === now.mark ? { ...other, error } : other));
      },
    );
  }
}
