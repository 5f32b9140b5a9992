// How a show's moves come to a viewer's screen: the start at once, the end with the picture, and never for want of one answer.
import { PublicCloud, type Highlight, type PublicShow, type RoomEvent, type ServerFrame, type ShowState } from '@vitrine/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Passport } from '../src/app/lib/state/pass.svelte.ts';
import { ShowStore } from '../src/app/lib/state/show.svelte.ts';

const T0 = Date.parse('2026-11-24T10:00:00Z');
const at = (seconds: number) => new Date(T0 + seconds * 1_000).toISOString();
const scheduled: PublicShow = {
  id: 's1', org_id: 'o1', channel: 'demo', title: 'Autumn drop', cover_url: null, state: 'scheduled', scheduled_at: null, live_at: null, ended_at: null,
  playback_url: null, still_url: null, rtm_url: 'ws://cloud/v1/rtm', viewers: 1, products: [], coupons: [], highlight: null,
};
const live: PublicShow = { ...scheduled, state: 'live', live_at: at(0), playback_url: 'http://cloud/live/s1/index.m3u8' };
const ended: PublicShow = { ...scheduled, state: 'ended', live_at: at(0), ended_at: at(60) };

/** A socket that the test plays the server of. */
class Server {
  static all: Server[] = [];
  static seq = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor() {
    Server.all.push(this);
  }
  send() {}
  close() {
    this.readyState = 3;
  }
  end(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }
  say(frame: ServerFrame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  tick(...events: RoomEvent[]) {
    this.say({ t: 'tick', seq: (Server.seq += 1), events });
  }
  welcome(state: ShowState, more: object = {}) {
    this.readyState = 1;
    this.onopen?.();
    const you = { id: 'v1', name: 'Guest', role: 'viewer' as const };
    this.say({ t: 'welcome', epoch: 'e', seq: 1, you, snapshot: { state, live_at: null, viewers: 7, messages: [], highlights: [], ...more } });
  }
}
const server = () => Server.all.at(-1)!;

/** What the page answers: a show, or an error answer as a CDN gives it. */
let page: PublicShow | number;
let asked: { atMs: number; cache: RequestCache | undefined }[];
let stores: ShowStore[];

function open(show: PublicShow, random = () => 0.5): ShowStore {
  const answer = (url: string, init: RequestInit) => {
    if (url.endsWith('/viewers')) return Response.json({ token: 't', viewer_id: 'v1', nickname: 'Guest', expires_at: '2099-01-01T00:00:00Z' });
    asked.push({ atMs: Date.now(), cache: init.cache });
    return typeof page === 'number' ? new Response('<h1>no</h1>', { status: page, headers: { 'content-type': 'text/html' } }) : Response.json(page);
  };
  const cloud = new PublicCloud('http://cloud', (url, init) => Promise.resolve(answer(String(url), init ?? {})));
  const store = new ShowStore({
    show, cloud, random, page: { opened: false }, now: () => Date.now(), passport: new Passport(cloud, show.id, { read: () => null, write: () => undefined }),
    WebSocket: Server as unknown as new (url: string) => WebSocket,
  });
  store.start();
  stores.push(store);
  return store;
}
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  [Server.all, page, asked, stores] = [[], live, [], []];
});
afterEach(() => {
  stores.forEach((store) => store.stop());
  vi.useRealTimers();
});

test('the room alone starts the picture, even while the page does not answer', async () => {
  page = 503;
  const store = open(scheduled);
  await after(0);
  server().welcome('scheduled');
  server().tick({ e: 'state', state: 'live', live_at: at(0), playback_url: 'http://cloud/live/s1/index.m3u8' });
  expect(store.state).toBe('live');
  expect(store.show.playback_url).toBe('http://cloud/live/s1/index.m3u8');
});

test('a room that says only "live" is no black picture under a LIVE badge: the page is asked until it agrees', async () => {
  page = 502;
  const store = open(scheduled);
  await after(0);
  server().welcome('scheduled');
  server().tick({ e: 'state', state: 'live', live_at: at(0) });
  await after(3_000);
  expect(store.state).toBe('scheduled');
  page = scheduled; // a replica that is behind
  await after(3_000);
  expect(store.state).toBe('scheduled');
  page = live;
  await after(30_000);
  expect(store.state).toBe('live');
  expect(store.show.playback_url).toBe(live.playback_url);
  const count = asked.length;
  await after(120_000);
  expect(asked).toHaveLength(count);
});

test('a page that is behind the room takes nothing back', async () => {
  const store = open(live);
  await after(0);
  server().welcome('live');
  page = scheduled;
  server().tick({ e: 'lineup_changed' });
  await after(5_000);
  expect(store.state).toBe('live');
  expect(store.show.playback_url).toBe(live.playback_url);
});

test('a full room does not ask at once when the show goes live', async () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let viewer = 0; viewer < 60; viewer += 1) open(scheduled, random);
  await after(0);
  const t0 = Date.now();
  for (const socket of Server.all) {
    socket.welcome('scheduled');
    socket.tick({ e: 'state', state: 'live', live_at: at(0) });
  }
  await after(2_000);
  const waits = asked.map(({ atMs }) => atMs - t0);
  expect(waits).toHaveLength(60);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_500);
  for (let slot = 0; slot < 1_500; slot += 100) expect(waits.filter((ms) => ms >= slot && ms < slot + 100).length).toBeLessThan(16);
});

test('failed reloads are spaced out, and never end', async () => {
  page = 503;
  open(scheduled);
  await after(0);
  server().welcome('scheduled');
  server().tick({ e: 'state', state: 'live', live_at: at(0) });
  await after(180_000);
  const gaps = asked.slice(1).map(({ atMs }, index) => atMs - asked[index]!.atMs);
  expect(gaps.slice(0, 4)).toEqual([750, 1_500, 3_000, 6_000]);
  expect(gaps.at(-1)).toBe(15_000);
});

/** A picture that the test moves. */
const picture = (seconds: number) => ({ seconds: seconds as number | null, ended: false, atMs() { return this.seconds === null ? null : T0 + this.seconds * 1_000; }, over() { return this.ended; } });

async function watching() {
  const store = open(live);
  await after(0);
  server().welcome('live');
  const screen = picture(50);
  store.watch(screen);
  return { store, screen };
}

test('the goodbye comes when the picture has got there', async () => {
  const { store, screen } = await watching();
  page = ended;
  screen.seconds = 56;
  server().tick({ e: 'state', state: 'ended', live_at: at(0), ended_at: at(60) });
  for (const seconds of [57, 58, 59, 59.9]) {
    screen.seconds = seconds;
    await after(1_000);
    expect(store.state).toBe('live');
    expect(store.show.playback_url).not.toBeNull(); // the player is kept, though the page has loaded again
  }
  screen.seconds = 60;
  await after(100);
  expect(store.state).toBe('ended');
  expect(store.show.playback_url).toBeNull();
});

test('a room that does not say when it ended is helped by the page', async () => {
  const { store, screen } = await watching();
  page = ended;
  server().tick({ e: 'state', state: 'ended', live_at: at(0) });
  for (let seconds = 51; seconds < 60; seconds += 1) {
    screen.seconds = seconds;
    await after(1_000);
    expect(store.state).toBe('live');
  }
  screen.seconds = 60;
  await after(100);
  expect(store.state).toBe('ended');
});

test('a stream that is over is over', async () => {
  const { store, screen } = await watching();
  server().tick({ e: 'state', state: 'ended', live_at: at(0), ended_at: at(60) });
  screen.seconds = 52;
  await after(1_000);
  expect(store.state).toBe('live');
  screen.ended = true;
  await after(100);
  expect(store.state).toBe('ended');
});

test('a picture that stands, or is too late, does not hold the goodbye for ever', async () => {
  const stands = await watching();
  server().tick({ e: 'state', state: 'ended', live_at: at(0), ended_at: at(60) });
  await after(3_200);
  expect(stands.store.state).toBe('ended');
  const late = await watching();
  server().tick({ e: 'state', state: 'ended', live_at: at(0), ended_at: at(600) });
  for (let seconds = 51; seconds < 70; seconds += 1) {
    late.screen.seconds = seconds;
    await after(1_000);
    expect(late.store.state).toBe('live');
  }
  await after(1_200);
  expect(late.store.state).toBe('ended');
});

test('an interruption is told when the picture stops, and not at all when it comes back before', async () => {
  const { store, screen } = await watching();
  server().tick({ e: 'state', state: 'interrupted', live_at: at(0) });
  screen.seconds = 51;
  await after(500);
  expect(store.state).toBe('live');
  server().tick({ e: 'state', state: 'live', live_at: at(0) });
  await after(5_000);
  expect(store.state).toBe('live');
  server().tick({ e: 'state', state: 'interrupted', live_at: at(0) });
  await after(1_300);
  expect(store.state).toBe('interrupted');
  server().tick({ e: 'state', state: 'ended', live_at: at(0), ended_at: at(60) });
  expect(store.state).toBe('ended'); // there is nothing more to see
});

test('without a picture the end is the end', async () => {
  const store = open(live);
  await after(0);
  server().welcome('live');
  server().tick({ e: 'state', state: 'ended', live_at: at(0), ended_at: at(60) });
  expect(store.state).toBe('ended');
});

const pin = (id: string, seconds: number): Highlight => ({
  id, action: 'show', media_time_ms: null, at: at(seconds), card: { kind: 'coupon', coupon_id: id, code: id, title: id },
});

/** Three sockets that do not open. */
async function blocked(show: PublicShow) {
  const store = open(show);
  for (let turn = 0; turn < 3; turn += 1) {
    await after(turn === 0 ? 0 : 2_000);
    server().end();
  }
  await after(0);
  return store;
}

test('without sockets the public state is followed, pins and moves included', async () => {
  page = scheduled;
  const store = await blocked(scheduled);
  expect(store.link).toBe('blocked');
  const screen = picture(4);
  store.watch(screen);
  page = { ...live, viewers: 9, highlight: pin('a', 5) };
  await after(15_000);
  expect(store.state).toBe('live');
  expect(store.viewers).toBe(9);
  await after(200);
  expect(store.pinned).toBeNull();
  screen.seconds = 5;
  await after(200);
  expect(store.pinned?.id).toBe('a');
  page = { ...live, highlight: null };
  await after(15_000);
  expect(store.pinned).toBeNull();
  page = ended;
  screen.seconds = 60;
  await after(15_000);
  expect(store.state).toBe('ended');
});

test('the public state is asked for every 5 to 15 s, through the cache that answers 304', async () => {
  await blocked(live);
  asked.length = 0;
  await after(100_000);
  expect(asked.length).toBeGreaterThanOrEqual(100 / 15 - 1);
  expect(asked.length).toBeLessThanOrEqual(100 / 5);
  expect(new Set(asked.map(({ cache }) => cache))).toEqual(new Set(['no-cache']));
});

test('an outage of the chat makes no pollers', async () => {
  const store = open(live);
  await after(0);
  server().welcome('live');
  for (let turn = 0; turn < 20; turn += 1) {
    server().end();
    await after(15_000);
  }
  expect(asked).toEqual([]);
  expect(store.link).not.toBe('blocked');
});

test('a socket that opens at last ends the asking', async () => {
  const store = await blocked(live);
  await after(90_000);
  server().welcome('live');
  expect(store.link).toBe('open');
  asked.length = 0;
  await after(60_000);
  expect(asked).toEqual([]);
});
