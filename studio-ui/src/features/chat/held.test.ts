import { describe, expect, it } from 'vitest';
import type { Backend, ChatChange, ChatMessage } from '../../lib/ipc/backend.ts';
import { Chat } from '../../lib/state/chat.svelte.ts';
import type { Clock } from '../../lib/state/clock.svelte.ts';
import { heldOn, SHOWN } from './held.ts';

const chat = () => new Chat({ listen: () => () => {} } as unknown as Backend, { now: 0 } as Clock);
const message = (n: number, author = `author-${n}`): ChatMessage => ({ id: `${n}`, at: '2026-11-24T12:00:00Z', author: { id: author, name: author, role: 'viewer' }, text: 'hello' });
const change = (change: Partial<ChatChange>): ChatChange => ({ reset: false, added: [], removed: [], removedAuthors: [], ...change });
const say = (to: Chat, from: number, n: number) => {
  for (let i = from; i < from + n; i++) to.apply(change({ added: [message(i)] }));
};

describe('held chat', () => {
  it('the row under the pointer keeps its message while 400 more arrive, and the list its bound', () => {
    const room = chat();
    say(room, 0, 300);
    let shown = room.messages.slice(-SHOWN);
    const under = shown[190]!.id;
    for (let i = 0; i < 400; i++) {
      say(room, 300 + i, 1);
      shown = heldOn(shown, room.messages);
      expect(shown[190]!.id).toBe(under);
    }
    expect(shown.length).toBeLessThanOrEqual(2 * SHOWN);
    expect(new Set(shown.map((one) => one.id)).size).toBe(shown.length);
  });

  it('a message that a colleague removes keeps its row, and is known to be gone', () => {
    const room = chat();
    say(room, 0, 10);
    let shown = room.messages.slice(-SHOWN);
    room.apply(change({ removed: ['2'], removedAuthors: ['author-4'] }));
    shown = heldOn(shown, room.messages);
    expect(shown.map((one) => one.id).join('')).toBe('0123456789');
    expect(shown.filter((one) => room.isGone(one)).map((one) => one.id)).toEqual(['2', '4']);
  });

  it('what an undo brings back is there again', () => {
    const room = chat();
    say(room, 0, 3);
    const shown = room.messages;
    room.apply(change({ removedAuthors: ['author-1'] }));
    room.apply(change({ reset: true, added: [message(0), message(1), message(2)] }));
    expect(heldOn(shown, room.messages).map((one) => one.id)).toEqual(['0', '1', '2']);
    expect(shown.some((one) => room.isGone(one))).toBe(false);
  });
});
