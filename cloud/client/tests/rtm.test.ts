import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CloudError, newMark, PublicCloud, RtmSocket, type RtmHandlers, type RtmLink, type RtmOptions, type RoomEvent, type Snapshot } from '../src/index.ts';

/** A socket that the test plays the server of. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code: number, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

const you = { id: 'v1', name: 'ana', role: 'viewer' } as const;
const snapshot: Snapshot = { state: 'live', live_at: null, viewers: 2, messages: [], highlights: [] };
let links: RtmLink[];
let heard: RoomEvent[];
let snapshots: number;
let passes: boolean[];

function start(options: Partial<RtmOptions> = {}): RtmSocket {
  const handlers: RtmHandlers = {
    snapshot: () => (snapshots += 1),
    events: (events) => heard.push(...events),
    link: (link) => links.push(link),
  };
  return new RtmSocket(
    {
      url: 'ws://cloud/v1/rtm',
      show: 's1',
      token: (fresh) => {
        passes.push(fresh);
        return Promise.resolve(fresh ? 'new' : 'old');
      },
      WebSocket: FakeSocket as unknown as new (url: string) => WebSocket,
      random: () => 0.5,
      page: { opened: false },
      ...options,
    },
    handlers,
  );
}

const socket = async () => {
  await vi.advanceTimersByTimeAsync(0);
  return FakeSocket.all.at(-1)!;
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  [links, heard, snapshots, passes] = [[], [], 0, []];
});
afterEach(() => vi.useRealTimers());

test('the first frame is hello, and a reconnect brings epoch and seq', async () => {
  const rtm = start();
  const first = await socket();
  first.open();
  expect(first.sent).toEqual([{ t: 'hello', token: 'old', show: 's1' }]);
  first.say({ t: 'welcome', epoch: 'e1', seq: 4, you, snapshot });
  first.say({ t: 'tick', seq: 7, events: [{ e: 'viewers', count: 3 }] });
  expect(snapshots).toBe(1);
  first.end(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  const second = await socket();
  expect(second).not.toBe(first);
  second.open();
  expect(second.sent[0]).toEqual({ t: 'hello', token: 'old', show: 's1', epoch: 'e1', seq: 7 });
  second.say({ t: 'welcome', epoch: 'e1', seq: 8, you, missed: [{ e: 'lineup_changed' }] });
  expect(heard.map((event) => event.e)).toEqual(['viewers', 'lineup_changed']);
  expect(links).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  rtm.stop();
});

test('a restarting server is not met by everybody at once', async () => {
  const rtm = start();
  (await socket()).open();
  (await socket()).end(1012);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(FakeSocket.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(FakeSocket.all).toHaveLength(2);
  rtm.stop();
});

test.each(['banned', 'forbidden', 'not_found'])('a refusal of this person is final: %s', async (code) => {
  start();
  const first = await socket();
  first.open();
  first.say({ t: 'error', code, message: 'no', retryable: false });
  first.end(1008);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(links.at(-1)).toBe('refused');
});

test('the word of the close alone is enough, when it is ours', async () => {
  start();
  const first = await socket();
  first.open();
  first.end(1008, 'forbidden');
  await vi.advanceTimersByTimeAsync(300_000);
  expect(links.at(-1)).toBe('refused');
});

test.each([
  ['rate_limited', 'forbidden'],
  ['hello_expected', 'forbidden'],
  [null, ''],
  [null, 'policy of the proxy'],
])('any other end is tried again: %s, %s', async (code, reason) => {
  const rtm = start();
  const first = await socket();
  first.open();
  if (code) first.say({ t: 'error', code, message: 'no', retryable: true });
  first.end(1008, reason);
  await vi.advanceTimersByTimeAsync(20_000);
  (await socket()).open();
  (await socket()).say({ t: 'welcome', epoch: 'e1', seq: 1, you, snapshot });
  expect(FakeSocket.all.length).toBeGreaterThan(1);
  expect(links.at(-1)).toBe('open');
  rtm.stop();
});

test('a message that was refused does not make a later end final', async () => {
  const rtm = start();
  const first = await socket();
  first.open();
  first.say({ t: 'welcome', epoch: 'e1', seq: 1, you, snapshot });
  first.say({ t: 'error', code: 'banned', message: 'no', retryable: false, mark: 'x' });
  first.end(1008, '');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(FakeSocket.all.length).toBeGreaterThan(1);
  rtm.stop();
});

test('a pass that no longer holds is renewed at once, and then with patience', async () => {
  const rtm = start();
  for (let turn = 0; turn < 2; turn += 1) {
    const now = await socket();
    now.open();
    now.say({ t: 'error', code: 'unauthenticated', message: 'old pass', retryable: false });
    now.end(1008, 'forbidden');
  }
  expect(passes).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(links).not.toContain('refused');
  expect(passes.slice(2).every(Boolean)).toBe(true);
  rtm.stop();
});

/** A pass as a CDN, a portal or the cloud would answer it. */
const answering = (answers: Response[]) => {
  const cloud = new PublicCloud('http://cloud', () => Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!.clone()));
  return async () => (await cloud.viewer('s1', {})).token;
};
const html = (status: number) => new Response('<h1>Slow down</h1>', { status, headers: { 'content-type': 'text/html' } });
const problem = (status: number, code: string) =>
  Response.json({ code, detail: 'no', retryable: false }, { status, headers: { 'content-type': 'application/problem+json' } });

test.each([429, 403, 404, 400])('a %i in HTML on the way to a pass is not about this person', async (status) => {
  const pass = Response.json({ token: 't', viewer_id: 'v', nickname: 'n', expires_at: '2099-01-01T00:00:00Z' });
  const rtm = start({ token: answering([html(status), html(status), new Response('<html>sign in</html>'), pass]) });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(links).not.toContain('refused');
  expect(FakeSocket.all.length).toBeGreaterThan(0);
  rtm.stop();
});

test('a show that the cloud itself says is gone is gone', async () => {
  const rtm = start({ token: answering([problem(404, 'not_found')]) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(links).toEqual(['connecting', 'refused']);
  expect(FakeSocket.all).toHaveLength(0);
  rtm.stop();
});

const welcome = { t: 'welcome', epoch: 'e1', seq: 1, you, snapshot };

test('a held key is four hearts a second, and the rest is let go', async () => {
  const rtm = start();
  const now = await socket();
  now.open();
  now.say(welcome);
  for (let press = 0; press < 90; press += 1) {
    rtm.react('heart');
    if (press % 30 === 0) rtm.react('fire');
    await vi.advanceTimersByTimeAsync(33);
  }
  const frames = now.sent.filter((frame) => frame.t === 'reaction');
  expect(frames.length).toBeLessThanOrEqual(13); // 3 s: four a second, and the first
  expect(frames.filter((frame) => frame.kind === 'fire')).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(now.sent.filter((frame) => frame.t === 'reaction').length - frames.length).toBeLessThanOrEqual(2);
  rtm.stop();
});

test('where no socket ever opens, three tries say so, and it is tried now and then', async () => {
  const rtm = start({ reachable: () => Promise.resolve() });
  for (let turn = 0; turn < 3; turn += 1) {
    expect(links).not.toContain('blocked');
    (await socket()).end(1006);
    await vi.advanceTimersByTimeAsync(turn < 2 ? 3_000 : 0);
  }
  expect(links.at(-1)).toBe('blocked');
  expect(FakeSocket.all).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(55_000);
  expect(FakeSocket.all).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(38_000);
  expect(FakeSocket.all).toHaveLength(4);
  expect(links.at(-1)).toBe('blocked');
  (await socket()).open();
  (await socket()).say(welcome);
  expect(links.at(-1)).toBe('open');
  rtm.stop();
});

test('a dial that nothing answers counts as a try', async () => {
  const rtm = start({ reachable: () => Promise.resolve() });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(links.at(-1)).toBe('blocked');
  rtm.stop();
});

test('a socket that the page itself forbids counts as a try', async () => {
  class Forbidden {
    constructor() {
      throw new Error('Content Security Policy');
    }
  }
  const rtm = start({ reachable: () => Promise.resolve(), WebSocket: Forbidden as unknown as new (url: string) => WebSocket });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(links.at(-1)).toBe('blocked');
  rtm.stop();
});

test('a chat that is full is asked now and then, and opens when there is room', async () => {
  const rtm = start();
  (await socket()).open();
  (await socket()).say({ t: 'error', code: 'viewers_full', message: 'full', retryable: true });
  (await socket()).end(1008, 'viewers_full');
  expect(links.at(-1)).toBe('full');
  await expect(rtm.say('m', 'hello')).rejects.toMatchObject({ code: 'cloud_unreachable' });
  await vi.advanceTimersByTimeAsync(19_000);
  expect(FakeSocket.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(13_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(links.at(-1)).toBe('full');
  (await socket()).open();
  (await socket()).say(welcome);
  expect(links.at(-1)).toBe('open');
  rtm.stop();
});

test('an outage is never taken for a network that forbids sockets', async () => {
  const page = { opened: false };
  const rtm = start({ page, reachable: () => Promise.resolve() });
  (await socket()).open();
  (await socket()).say(welcome);
  for (let turn = 0; turn < 12; turn += 1) {
    (await socket()).end(1006);
    await vi.advanceTimersByTimeAsync(16_000);
  }
  expect(FakeSocket.all.length).toBeGreaterThan(10);
  expect(links).not.toContain('blocked');
  rtm.stop();
  // The next show on the same page knows it too.
  const next = start({ page, reachable: () => Promise.resolve() });
  for (let turn = 0; turn < 6; turn += 1) {
    (await socket()).end(1006);
    await vi.advanceTimersByTimeAsync(16_000);
  }
  expect(links).not.toContain('blocked');
  next.stop();
});

test('a cloud that is not reached at all is an outage too', async () => {
  const rtm = start({ reachable: () => Promise.reject(new Error('offline')) });
  for (let turn = 0; turn < 6; turn += 1) {
    (await socket()).end(1006);
    await vi.advanceTimersByTimeAsync(16_000);
  }
  expect(links).not.toContain('blocked');
  expect(FakeSocket.all.length).toBeGreaterThan(5);
  rtm.stop();
});

test('a server that greets and hangs up is not met in a tight circle', async () => {
  const rtm = start();
  let greeted = 0;
  for (let ms = 0; ms < 60_000; ms += 100) {
    const now = await socket();
    if (now.readyState === 0) {
      greeted += 1;
      now.open();
      now.say(welcome);
      now.end(1011);
    }
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(greeted).toBeLessThan(12);
  rtm.stop();
});

test('a message is accepted, or refused with its reason', async () => {
  const rtm = start();
  const early = rtm.say('mark-0', 'before the room is there');
  const now = await socket();
  now.open();
  expect(now.sent.filter((frame) => frame.t === 'chat')).toEqual([]);
  now.say(welcome);
  expect(now.sent.at(-1)).toEqual({ t: 'chat', mark: 'mark-0', text: 'before the room is there' });
  now.say({ t: 'accepted', mark: 'mark-0', id: 'x0' });
  await expect(early).resolves.toBe('x0');
  const refused = rtm.say('mark-1', 'bad');
  now.say({ t: 'error', code: 'rate_limited', message: 'Slow down.', retryable: true, mark: 'mark-1' });
  await expect(refused).rejects.toBeInstanceOf(CloudError);
  rtm.stop();
});

test('a lost answer is asked for again under the same mark', async () => {
  const rtm = start();
  const first = await socket();
  first.open();
  first.say(welcome);
  const said = rtm.say('mark-1', 'hello');
  const again = rtm.say('mark-1', 'hello');
  expect(first.sent.filter((frame) => frame.t === 'chat')).toHaveLength(1);
  first.end(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  const second = await socket();
  second.open();
  second.say({ ...welcome, snapshot: undefined, missed: [] });
  expect(second.sent.at(-1)).toEqual({ t: 'chat', mark: 'mark-1', text: 'hello' });
  second.say({ t: 'accepted', mark: 'mark-1', id: 'x1' });
  await expect(Promise.all([said, again])).resolves.toEqual(['x1', 'x1']);
  rtm.stop();
});

test('as somebody else it is not said again by itself: the author is told', async () => {
  const rtm = start();
  const first = await socket();
  first.open();
  first.say(welcome);
  const outcome = expect(rtm.say('mark-1', 'hello')).rejects.toMatchObject({ code: 'cloud_unreachable' });
  first.end(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  const second = await socket();
  second.open();
  second.say({ ...welcome, you: { ...you, id: 'v2' } });
  await outcome;
  expect(second.sent.filter((frame) => frame.t === 'chat')).toEqual([]);
  rtm.stop();
});

test('a message that nothing answers is given back in time', async () => {
  const rtm = start();
  const outcome = expect(rtm.say('mark-1', 'hello')).rejects.toMatchObject({ code: 'cloud_unreachable', retryable: true });
  await vi.advanceTimersByTimeAsync(20_000);
  await outcome;
  rtm.stop();
});

test('marks are random UUIDs, with or without TLS', () => {
  const marks = new Set(Array.from({ length: 1_000 }, newMark));
  expect(marks.size).toBe(1_000);
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a silent connection is given up and made again', async () => {
  const rtm = start();
  (await socket()).open();
  await vi.advanceTimersByTimeAsync(62_000);
  expect(FakeSocket.all.length).toBeGreaterThan(1);
  rtm.stop();
});
