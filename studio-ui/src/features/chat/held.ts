import type { ChatMessage } from '../../lib/ipc/backend.ts';

/** Rows on screen at most; more would cost a slow machine its breath. */
export const SHOWN = 200;
/** Rows at most in a list that is held: what comes later waits until it is let go. */
const HELD = 2 * SHOWN;

/**
 * The rows of a list under somebody's pointer, focus or eye: what it showed stays where it is, also what was removed or has left
 * `all` by age, and new messages come below.
 */
export function heldOn(held: ChatMessage[], all: ChatMessage[]): ChatMessage[] {
  const known = new Set(held.map((message) => message.id));
  const last = all.findLastIndex((message) => known.has(message.id));
  return [...held, ...all.slice(last + 1)].slice(0, Math.max(held.length, HELD));
}
