import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CloudError, RtmSocket, type RtmHandlers, type RtmLink, type RoomEvent, type Snapshot } from '../src/index.ts';

/** A socket that the test plays the server of. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
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
  end(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const you = { id: 'v1', name: 'ana', role: 'viewer' } as const;
const snapshot: Snapshot = { state: 'live', live_at: null, viewers: 2, messages: [], highlights: [] };
let links: RtmLink[];
let heard: RoomEvent[];
let snapshots: number;
let passes: boolean[];

function start(): RtmSocket {
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

test('a refusal is final', async () => {
  start();
  const first = await socket();
  first.open();
  first.say({ t: 'error', code: 'banned', message: 'no', retryable: false });
  first.end(1008);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(links.at(-1)).toBe('refused');
});

test('a pass that no longer holds is renewed once', async () => {
  start();
  for (let turn = 0; turn < 2; turn += 1) {
    const now = await socket();
    now.open();
    now.say({ t: 'error', code: 'unauthenticated', message: 'old pass', retryable: false });
    now.end(1008);
  }
  await vi.advanceTimersByTimeAsync(60_000);
  expect(passes).toEqual([false, true]);
  expect(links.at(-1)).toBe('refused');
});

test('a message is accepted, refused with its reason, or lost with the connection', async () => {
  const rtm = start();
  await expect(rtm.say('too early')).rejects.toMatchObject({ code: 'cloud_unreachable' });
  const now = await socket();
  now.open();
  now.say({ t: 'welcome', epoch: 'e1', seq: 1, you, snapshot });
  const taken = rtm.say('hello');
  now.say({ t: 'accepted', mark: now.sent.at(-1)!.mark, id: 'x1' });
  await expect(taken).resolves.toBe('x1');
  const refused = rtm.say('bad');
  now.say({ t: 'error', code: 'rate_limited', message: 'Slow down.', retryable: true, mark: now.sent.at(-1)!.mark });
  await expect(refused).rejects.toBeInstanceOf(CloudError);
  const lost = rtm.say('lost');
  const outcome = expect(lost).rejects.toMatchObject({ code: 'cloud_unreachable', retryable: true });
  now.end(1006);
  await outcome;
  rtm.stop();
});

test('a silent connection is given up and made again', async () => {
  const rtm = start();
  (await socket()).open();
  await vi.advanceTimersByTimeAsync(62_000);
  expect(FakeSocket.all.length).toBeGreaterThan(1);
  rtm.stop();
});
