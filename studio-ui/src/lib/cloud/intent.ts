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
}
