import type { ChatMessage } from '@vitrine/client';
import { expect, test } from 'vitest';
import { LOG_LINES, withMessages, withRestored, withoutAuthor, withoutMessage } from '../src/app/lib/state/chat-log.ts';

const line = (id: string, author = 'v1'): ChatMessage => ({ id, at: '2026-11-24T10:00:00Z', author: { id: author, name: author, role: 'viewer' }, text: id });
const ids = (log: ChatMessage[]) => log.map((message) => message.id);

test('a message that comes twice is shown once', () => {
  expect(ids(withMessages([line('a')], [line('a'), line('b'), line('b')]))).toEqual(['a', 'b']);
});

test('the log keeps the newest lines', () => {
  const log = withMessages([], Array.from({ length: LOG_LINES + 10 }, (_, at) => line(String(at))));
  expect(log).toHaveLength(LOG_LINES);
  expect(log.at(-1)?.id).toBe(String(LOG_LINES + 9));
});

test('a removed message and a banned author disappear', () => {
  const log = [line('a', 'v1'), line('b', 'v2'), line('c', 'v1')];
  expect(ids(withoutMessage(log, 'b'))).toEqual(['a', 'c']);
  expect(ids(withoutAuthor(log, 'v1'))).toEqual(['b']);
});

test('what comes back stands where it stood', () => {
  const log = [line('b', 'v2'), line('d', 'v3')];
  expect(ids(withRestored(log, [line('a'), line('b', 'v2'), line('c')]))).toEqual(['a', 'b', 'c', 'd']);
  const full = Array.from({ length: LOG_LINES }, (_, at) => line(String(1000 + at), 'v2'));
  expect(ids(withRestored(full, [line('0001')]))).toEqual(ids(full));
});
