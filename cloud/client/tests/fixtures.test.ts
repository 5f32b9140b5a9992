import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readServerFrame, type ClientFrame, type ServerFrame } from '../src/index.ts';

const fixture = (name: string): unknown[] =>
  JSON.parse(readFileSync(new URL(`../../protocol/fixtures/${name}.json`, import.meta.url), 'utf8')) as unknown[];

/** Every tag the types know, by what makes it complete; a new frame breaks the compile or this list. */
const serverKeys: Record<ServerFrame['t'], string[]> = {
  welcome: ['epoch', 'seq', 'you'],
  tick: ['seq', 'events'],
  accepted: ['mark', 'id'],
  error: ['code', 'message', 'retryable'],
  pong: [],
};
const clientKeys: Record<ClientFrame['t'], string[]> = { hello: ['token', 'show'], chat: ['mark', 'text'], reaction: ['kind'], ping: [] };
type EventTag = Extract<ServerFrame, { t: 'tick' }>['events'][number]['e'];
const eventKeys: Record<EventTag, string[]> = {
  chat: ['id', 'at', 'author', 'text'],
  chat_removed: ['id'],
  author_removed: ['author'],
  chat_restored: ['messages'],
  reactions: ['counts'],
  viewers: ['count'],
  highlight: ['highlight'],
  state: ['state', 'live_at'],
  lineup_changed: [],
  offer: ['product_id', 'stock', 'variants'],
  order: ['id', 'total_minor', 'currency', 'items'],
  media: ['receiving', 'rungs'],
};

test('every server frame of the fixtures is understood', () => {
  const seen = new Set<string>();
  for (const raw of fixture('server_frames')) {
    const frame = readServerFrame(JSON.stringify(raw));
    expect(frame, JSON.stringify(raw)).not.toBeNull();
    seen.add(frame!.t);
    expect(Object.keys(frame!)).toEqual(expect.arrayContaining(serverKeys[frame!.t]));
  }
  expect([...seen].sort()).toEqual(Object.keys(serverKeys).sort());
});

test('every event of the fixtures is known, and every known event has a fixture', () => {
  const seen = new Set<string>();
  for (const frame of fixture('server_frames') as ServerFrame[]) {
    if (frame.t !== 'tick') continue;
    for (const event of frame.events) {
      seen.add(event.e);
      expect(Object.keys(eventKeys)).toContain(event.e);
      expect(Object.keys(event)).toEqual(expect.arrayContaining(eventKeys[event.e]));
    }
  }
  expect([...seen].sort()).toEqual(Object.keys(eventKeys).sort());
});

test('a frame of a later server is read, with what is not known in it', () => {
  const frames = fixture('later_frames').map((raw) => readServerFrame(JSON.stringify(raw)));
  expect(frames.map((frame) => frame?.t)).toEqual(['welcome', 'tick']);
  const tick = frames[1] as Extract<ServerFrame, { t: 'tick' }>;
  expect(tick.events.filter(({ e }) => e in eventKeys).map(({ e }) => e)).toEqual(['reactions', 'chat', 'viewers', 'lineup_changed']);
});

test('every client frame of the fixtures is one that this client can say', () => {
  for (const frame of fixture('client_frames') as ClientFrame[]) {
    expect(Object.keys(frame)).toEqual(expect.arrayContaining(clientKeys[frame.t]));
  }
});

test('what is not JSON or not known is ignored', () => {
  for (const text of ['', '{', 'null', '7', '"tick"', '[]', '{"t":"later"}', '{"t":7}']) expect(readServerFrame(text)).toBeNull();
});
