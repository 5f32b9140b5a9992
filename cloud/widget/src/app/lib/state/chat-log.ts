import type { ChatMessage } from '@vitrine/client';

/** More lines than this are dropped from the top. */
export const LOG_LINES = 200;

/** Adds messages to a log, each once, oldest first. */
export function withMessages(log: readonly ChatMessage[], added: readonly ChatMessage[]): ChatMessage[] {
  const known = new Set(log.map((message) => message.id));
  const fresh = added.filter((message) => !known.has(message.id) && known.add(message.id));
  return fresh.length === 0 ? [...log] : [...log, ...fresh].slice(-LOG_LINES);
}

/** A ban was taken back: its messages stand where they stood. Ids sort by time. */
export function withRestored(log: readonly ChatMessage[], restored: readonly ChatMessage[]): ChatMessage[] {
  return withMessages([], [...log, ...restored].sort((a, b) => (a.id < b.id ? -1 : 1)));
}

/** A moderator removed one message. */
export function withoutMessage(log: readonly ChatMessage[], id: string): ChatMessage[] {
  return log.filter((message) => message.id !== id);
}

/** An author was banned: all of their messages go. */
export function withoutAuthor(log: readonly ChatMessage[], author: string): ChatMessage[] {
  return log.filter((message) => message.author.id !== author);
}
