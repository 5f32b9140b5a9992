import type { Backend, ChatChange, ChatMessage } from '../ipc/backend.ts';
import type { Clock } from './clock.svelte.ts';

/** Older messages leave the screen; the cloud keeps them. */
const KEPT = 500;
export const MAX_CHARS = 500;

/** The room's messages as the desk tells them. */
export class Chat {
  messages = $state.raw<ChatMessage[]>([]);
  questions = $derived(this.messages.filter(isQuestion));
  perMinute = $derived.by(() => {
    const from = this.#clock.now - 60_000;
    let n = 0;
    for (let i = this.messages.length - 1; i >= 0; i--) {
      if (Date.parse(this.messages[i]!.at) < from) break;
      n++;
    }
    return n;
  });
  /** Ids of messages and of authors whose messages were taken away. */
  #gone = $state.raw<Readonly<Record<string, true>>>({});
  #backend: Backend;
  #clock: Clock;
  #stop: () => void;

  constructor(backend: Backend, clock: Clock) {
    this.#backend = backend;
    this.#clock = clock;
    this.#stop = backend.listen('chatChanged', (change) => this.apply(change));
  }

  apply(change: ChatChange) {
    const before = change.reset ? [] : this.messages;
    const news = change.added.filter((message) => !before.some((old) => old.id === message.id));
    this.messages = [...before, ...news]
      .filter(
        (message) =>
          !change.removed.includes(message.id) && !change.removedAuthors.includes(message.author.id),
      )
      .slice(-KEPT);
    const back = change.added.flatMap(({ id, author }) => [id, author.id]);
    const kept = change.reset ? [] : Object.keys(this.#gone);
    const gone = [...kept, ...change.removed, ...change.removedAuthors].filter((id) => !back.includes(id));
    if (gone.length || kept.length || change.reset) this.#gone = Object.fromEntries(gone.map((id) => [id, true]));
  }

  /** A moderator took it away: a list that is held still has its row. */
  isGone(message: ChatMessage): boolean {
    return message.id in this.#gone || message.author.id in this.#gone;
  }

  by(author: string): ChatMessage[] {
    return this.messages.filter((message) => message.author.id === author);
  }

  send(text: string) {
    return this.#backend.sendChat(text);
  }

  remove(message: ChatMessage) {
    return this.#backend.deleteMessage(message.id);
  }

  ban(message: ChatMessage) {
    return this.#backend.banAuthor(message.id, null);
  }

  stop() {
    this.#stop();
  }
}

function isQuestion(message: ChatMessage): boolean {
  return message.author.role === 'viewer' && message.text.includes('?');
}
