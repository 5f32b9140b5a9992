import type { Highlight, PublicCloud, PublicShow, RoomEvent, ServerFrame, ShowState } from '@vitrine/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Memory } from '../src/app/lib/state/memory.ts';
import { Passport } from '../src/app/lib/state/pass.svelte.ts';
import { ShowStore } from '../src/app/lib/state/show.svelte.ts';

const T0 = Date.parse('2026-11-24T10:00:00Z');
const show: PublicShow = {
  id: 's1', org_id: 'o1', channel: 'demo', title: 'Autumn drop', cover_url: null, state: 'live', scheduled_at: null, live_at: null, ended_at: null,
  playback_url: 'http://cloud/live/s1/index.m3u8', still_url: null, rtm_url: 'ws://cloud/v1/rtm', viewers: 1, products: [], coupons: [], highlight: null,
};
const pin = (id: string, seconds: number): Highlight => ({
  id, action: 'show', media_time_ms: null, at: new Date(T0 + seconds * 1_000).toISOString(), card: { kind: 'coupon', coupon_id: id, code: id, title: id },
});

class Server {
  static last: Server;
  readyState = 1;
  sent: { t: string; token?: string; mark?: string }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    Server.last = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Server['sent'][number]);
  }
  close() {
    this.readyState = 3;
  }
  say(frame: ServerFrame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let kept: Map<string, string>;
let newest: Passport;
let asked: { token?: string; nickname?: string }[];
let loads: number;
let addresses: (string | undefined)[];
let now: number;
let load: () => Promise<PublicShow>;

/** `passport`: that of another view of the same show. */
async function joined(first: PublicShow = show, state: ShowState = 'live', shared?: Passport): Promise<ShowStore> {
  const memory: Memory = { read: (key) => kept.get(key) ?? null, write: (key, value) => void kept.set(key, value) };
  const cloud = {
    viewer: (_show: string, wish: { token?: string; nickname?: string }) => {
      asked.push(wish);
      const nickname = wish.nickname ?? 'Guest';
      return Promise.resolve({ token: `t-${nickname}`, viewer_id: 'v1', nickname, expires_at: '2099-01-01T00:00:00Z' });
    },
    show: (_show: string, choice?: string) => ((loads += 1), addresses.push(choice), load()),
  } as unknown as PublicCloud;
  const passport = (newest = shared ?? new Passport(cloud, first.id, memory));
  const store = new ShowStore({ show: first, cloud, passport, now: () => now, random: () => 0.5, page: { opened: false }, WebSocket: Server as unknown as new (url: string) => WebSocket });
  store.start();
  await vi.advanceTimersByTimeAsync(0);
  Server.last.onopen?.();
  Server.last.say({ t: 'welcome', epoch: 'e', seq: 1, you: { id: 'v1', name: 'Guest', role: 'viewer' }, snapshot: { state, live_at: null, viewers: 7, messages: [], highlights: [] } });
  return store;
}

beforeEach(() => {
  vi.useFakeTimers();
  [kept, asked, loads, addresses, now] = [new Map(), [], 0, [], 0];
  load = () => Promise.resolve({ ...show, title: 'Loaded again' });
});
afterEach(() => void vi.useRealTimers());

test('a pin that was shown before the picture had a clock is not taken away when the picture comes', async () => {
  const store = await joined();
  let picture: number | null = null;
  Server.last.say({ t: 'tick', seq: 2, events: [{ e: 'highlight', highlight: pin('a', 4) }] });
  now += 60_000;
  store.look();
  expect(store.pinned?.id).toBe('a');
  store.watch({ atMs: () => picture, over: () => false });
  for (const seconds of [1, 3, 5]) {
    picture = T0 + seconds * 1_000;
    store.look();
    expect(store.pinned?.id).toBe('a');
  }
  // and what comes after it waits for the picture as ever
  Server.last.say({ t: 'tick', seq: 3, events: [{ e: 'highlight', highlight: pin('b', 9) }] });
  store.look();
  expect(store.pinned?.id).toBe('a');
  picture = T0 + 9_000;
  store.look();
  expect(store.pinned?.id).toBe('b');
  store.stop();
});

test('a pin comes with the picture, never before it', async () => {
  const store = await joined();
  let picture = T0;
  store.watch({ atMs: () => picture, over: () => false });
  Server.last.say({ t: 'tick', seq: 2, events: [{ e: 'highlight', highlight: pin('a', 4) }] });
  store.look();
  expect(store.pinned).toBeNull();
  picture = T0 + 3_999;
  store.look();
  expect(store.pinned).toBeNull();
  picture = T0 + 4_000;
  store.look();
  expect(store.pinned?.id).toBe('a');
  store.stop();
});

test('a picture that does not come does not hide the pins for ever', async () => {
  const store = await joined();
  store.watch({ atMs: () => null, over: () => false });
  Server.last.say({ t: 'tick', seq: 2, events: [{ e: 'highlight', highlight: pin('a', 4) }] });
  now = 7_000;
  store.look();
  expect(store.pinned).toBeNull();
  now = 9_000;
  store.look();
  expect(store.pinned?.id).toBe('a');
  store.stop();
});

test('the end of the show takes the pin away', async () => {
  const store = await joined();
  Server.last.say({ t: 'tick', seq: 2, events: [{ e: 'highlight', highlight: pin('a', 4) }] });
  now = 3_000;
  store.look();
  expect(store.pinned?.id).toBe('a');
  Server.last.say({ t: 'tick', seq: 3, events: [{ e: 'state', state: 'ended', live_at: null }] });
  store.look();
  expect(store.pinned).toBeNull();
  store.stop();
});

test('chat, removals and viewers follow the room', async () => {
  const store = await joined();
  const author = { id: 'v2', name: 'ana', role: 'viewer' as const };
  Server.last.say({ t: 'tick', seq: 2, events: [
    { e: 'chat', id: 'm1', at: show.id, author, text: 'hi' },
    { e: 'chat', id: 'm2', at: show.id, author, text: 'again' },
    { e: 'chat_removed', id: 'm1' },
    { e: 'viewers', count: 9 },
  ] });
  expect(store.messages.map((message) => message.id)).toEqual(['m2']);
  expect(store.viewers).toBe(9);
  Server.last.say({ t: 'tick', seq: 3, events: [{ e: 'author_removed', author: 'v2' }] });
  expect(store.messages).toEqual([]);
  store.stop();
});

test('a changed line-up is loaded again, once for a burst', async () => {
  const store = await joined();
  for (let turn = 0; turn < 3; turn += 1) Server.last.say({ t: 'tick', seq: 2 + turn, events: [{ e: 'lineup_changed' }] });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loads).toBe(1);
  expect(store.show.title).toBe('Loaded again');
  store.stop();
});

test('a sale changes a tile without a request, and a price in another currency is asked for', async () => {
  const variant = { id: 'p1v', title: 'M', sku: 's', price_minor: 4900, stock: 6 };
  const card = { product_id: 'p1', title: 'Scarf', url: 'https://x', image_url: null, currency: 'EUR', price_minor: 4900, compare_at_minor: null, stock: 6, variants: [variant] };
  const store = await joined({ ...show, products: [card, { ...card, product_id: 'p2' }] });
  expect(Server.last.url).toBe('ws://cloud/v1/rtm?offers=1');
  const say = (seq: number, ...events: RoomEvent[]) => Server.last.say({ t: 'tick', seq, events });
  say(2, { e: 'poll' } as unknown as RoomEvent, { e: 'offer', product_id: 'p1', stock: 3, variants: [{ id: 'p1v', stock: 3 }] });
  expect(store.show.products).toEqual([{ ...card, stock: 3, variants: [{ ...variant, stock: 3 }] }, { ...card, product_id: 'p2' }]);
  const price = { price_minor: 3900, compare_at_minor: 4900, prior_price_minor: 4900, discount_percent: 20 };
  say(3, { e: 'offer', product_id: 'p1', stock: 3, currency: 'EUR', price, variants: [{ id: 'p1v', stock: 3, price }] });
  expect(store.show.products[0]).toMatchObject({ ...price, stock: 3, variants: [{ id: 'p1v', title: 'M', ...price }] });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loads).toBe(0);
  say(4, { e: 'offer', product_id: 'p1', stock: 3, currency: 'SEK', price, variants: [{ id: 'p1v', stock: 3, price }] });
  expect(store.show.products[0]).toMatchObject(price);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loads).toBe(1);
  store.stop();
});

test('a page is loaded again until it is as new as what the room told of, past every cache, and not for ever', async () => {
  const store = await joined({ ...show, version: 4 });
  load = () => Promise.resolve({ ...show, version: [5, 7, 9][loads - 1] ?? 3 });
  Server.last.say({ t: 'tick', seq: 2, events: [{ e: 'lineup_changed', version: 8 }] });
  await vi.advanceTimersByTimeAsync(15_000);
  expect(addresses).toEqual(['?&v=8', '?&v=8', '?&v=8']);
  expect(store.show.version).toBe(9);
  Server.last.say({ t: 'tick', seq: 3, events: [{ e: 'lineup_changed', version: 20 }] });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(loads, 'one and five more').toBe(3 + 6);
  expect(store.show.version, 'an older page takes nothing back').toBe(9);
  store.stop();
});

test('what was offered later than a page was made stands on it, and what was offered earlier does not', async () => {
  const card = { product_id: 'p1', title: 'Scarf', url: 'https://x', image_url: null, currency: 'EUR', price_minor: 4900, compare_at_minor: null, stock: 6, variants: [] };
  const store = await joined({ ...show, version: 4, products: [card] });
  const say = (seq: number, ...events: RoomEvent[]) => Server.last.say({ t: 'tick', seq, events });
  load = () => Promise.resolve({ ...show, version: 6, title: 'Loaded again', products: [card] });
  say(2, { e: 'lineup_changed', version: 6 }, { e: 'offer', product_id: 'p1', stock: 3, variants: [], version: 7 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(store.show).toMatchObject({ title: 'Loaded again', version: 6, products: [{ stock: 3 }] });
  load = () => Promise.resolve({ ...show, version: 9, products: [{ ...card, stock: 5 }] });
  say(3, { e: 'lineup_changed', version: 8 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(store.show.products[0]!.stock).toBe(5);
  store.stop();
});

test('a room that tells all anew has told what was missed to nobody: the show is loaded', async () => {
  const store = await joined();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loads).toBe(0);
  Server.last.say({ t: 'welcome', epoch: 'f', seq: 1, you: { id: 'v1', name: 'Guest', role: 'viewer' }, snapshot: { state: 'live', live_at: null, viewers: 7, messages: [], highlights: [] } });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(loads).toBe(1);
  store.stop();
});

test('a name is kept, and the room is greeted again under it', async () => {
  const store = await joined();
  const before = Server.last;
  await store.rename('Ada');
  await vi.advanceTimersByTimeAsync(0);
  Server.last.onopen?.();
  expect(Server.last).not.toBe(before);
  expect(Server.last.sent[0]).toMatchObject({ t: 'hello', token: 't-Ada' });
  expect(asked.at(-1)).toEqual({ token: 't-Guest', nickname: 'Ada' });
  expect(kept.get('nickname')).toBe('Ada');
  store.stop();
});

test('two views of a show have one viewer: asked for once, renamed in both', async () => {
  const one = await joined();
  const first = Server.last;
  const two = await joined(show, 'live', newest);
  const second = Server.last;
  expect(asked).toHaveLength(1);
  await two.rename('Ada');
  await vi.advanceTimersByTimeAsync(0);
  expect([one.name, two.name]).toEqual(['Ada', 'Ada']);
  expect([first.readyState, second.readyState], 'both rooms are greeted again').toEqual([3, 3]);
  one.stop();
  const last = Server.last;
  await two.rename('Eve');
  await vi.advanceTimersByTimeAsync(0);
  expect(Server.last).not.toBe(last);
  two.stop();
});

test('who is pardoned can send again what the ban had stopped', async () => {
  const store = await joined();
  store.draft.text = 'hello';
  store.draft.send();
  await vi.advanceTimersByTimeAsync(0);
  const { mark } = Server.last.sent.find(({ t }) => t === 'chat')!;
  Server.last.say({ t: 'error', code: 'banned', message: 'no', retryable: false, mark: mark! });
  await vi.advanceTimersByTimeAsync(0);
  const error = () => store.draft.failed[0]?.error;
  const restored = (id: string) => ({ e: 'chat_restored' as const, messages: [{ id: 'm', at: '', author: { id, name: id, role: 'viewer' as const }, text: 'before' }] });
  Server.last.say({ t: 'tick', seq: 2, events: [restored('somebody else')] });
  expect(error()).toMatchObject({ code: 'banned', retryable: false });
  Server.last.say({ t: 'tick', seq: 3, events: [restored('v1')] });
  expect(error()).toEqual({});
  store.stop();
});
