/**
 * One thing that somebody means to have done, like a form that is open. Sent again, after an answer that was lost, it is done
 * once; with another content it is another thing.
 */
export class Intent {
  readonly #keys = new Map<string, string>();

  /** The `Idempotency-Key` of a request; `content` is all that tells it from others. */
  key(content: string): string {
    const known = this.#keys.get(content);
    if (known) return known;
    const key = crypto.randomUUID();
    this.#keys.set(content, key);
    return key;
  }

  /** It was answered: sent again, it is meant again. The cloud would give the same answer for a day, also to what can be done by then. */
  answered(content: string) {
    this.#keys.delete(content);
  }
}
