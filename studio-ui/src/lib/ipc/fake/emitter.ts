import type { BackendEvents } from '../backend.ts';

/** Who listens to what. */
export class Emitter {
  #handlers = new Map<string, Set<(payload: never) => void>>();

  listen<K extends keyof BackendEvents>(
    event: K,
    handler: (payload: BackendEvents[K]) => void,
  ): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    handlers.add(handler as never);
    return () => void handlers.delete(handler as never);
  }

  /** Tells the window; tests use it to play the desk. */
  emit<K extends keyof BackendEvents>(event: K, payload: BackendEvents[K]) {
    for (const handler of this.#handlers.get(event) ?? []) handler(payload as never);
  }
}
