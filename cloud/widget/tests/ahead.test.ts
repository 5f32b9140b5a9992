import type Hls from 'hls.js';
import type { FragmentLoaderContext, HlsConfig, LoaderConfiguration, LoaderStats } from 'hls.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Ahead } from '../src/app/features/player/ahead.ts';

/** A request that the page made; the test is the server. */
interface Asked {
  name: string;
  aborted: boolean;
  begin(status?: number): void;
  /** Some of it comes, of 30,000 bytes in all. */
  grow(bytes: number): void;
  end(): void;
  breakOff(): void;
}
let asked: Asked[];
let plain: string[];
let now: number;

function promised<T>() {
  let [resolve, reject]: [(value: T) => void, (why: unknown) => void] = [() => {}, () => {}];
  const promise = new Promise<T>((keep, break_) => ([resolve, reject] = [keep, break_]));
  return { promise, resolve, reject };
}

/** A few turns of what waits. */
const settled = async () => {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
};
const names = () => asked.map(({ name }) => name);
const last = () => asked.at(-1)!;

/** hls.js's own loader, for all that is no part. */
class PlainLoader {
  context = null;
  stats = { loading: { start: 0, first: 0, end: 0 }, loaded: 0, total: 0, aborted: false } as unknown as LoaderStats;
  load(context: { url: string }) {
    plain.push(context.url);
  }
  abort() {}
  destroy() {}
}
const POLICY = { loadPolicy: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 30_000 } } as LoaderConfiguration;

/** Segment 7 with `known` parts, and a hint at the next one. */
function show(known: number) {
  const partList = Array.from({ length: known }, (_, index) => ({ fragment: { sn: 7 }, index, url: `http://cloud/live/1/part7.${index}.m4s`, gap: false }));
  const details = { partList, url: 'http://cloud/live/media.m3u8', preloadHint: { TYPE: 'PART', URI: `1/part7.${known}.m4s` } };
  return { details, hls: { levels: [{ details }], loadLevel: 0, ttfbEstimate: 80 } as unknown as Hls };
}
/** What hls.js does to get a part; what became of it. */
function load(ahead: Ahead, index: number) {
  const loader = new ahead.Loader({ loader: PlainLoader } as unknown as HlsConfig);
  const context = { url: `http://cloud/live/1/part7.${index}.m4s`, frag: { sn: 7, level: 0 }, part: { index } } as unknown as FragmentLoaderContext;
  const said: string[] = [];
  loader.load(context, POLICY, {
    onSuccess: () => said.push('there'),
    onError: ({ code }) => said.push(`error ${code}`),
    onTimeout: () => said.push('timeout'),
    onAbort: () => said.push('aborted'),
  });
  return { loader, said };
}

const players: Ahead[] = [];
function player(): Ahead {
  players.push(new Ahead());
  return players.at(-1)!;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [asked, plain, now] = [[], [], 1_000];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.stubGlobal('fetch', (url: string, { signal }: { signal: AbortSignal }) => {
    const answer = promised<unknown>();
    let body: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (its) => void (body = its) });
    let left = 30_000;
    const one: Asked = {
      name: url.split('/').at(-1)!.slice(4, -4),
      aborted: false,
      begin: (status = 200) => answer.resolve({ ok: status < 300, status, headers: new Headers({ 'content-length': '30000' }), body: stream }),
      grow: (bytes) => ((left -= bytes), body.enqueue(new Uint8Array(bytes))),
      end: () => (body.enqueue(new Uint8Array(left)), body.close()),
      breakOff: () => body.error(new TypeError('network')),
    };
    signal.addEventListener('abort', () => {
      one.aborted = true;
      const why = new DOMException('', 'AbortError');
      answer.reject(why);
      body.error(why);
    });
    asked.push(one);
    return answer.promise;
  });
});
afterEach(() => {
  for (const ahead of players.splice(0)) ahead.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('the next part is asked for when this one begins to come, the hinted one after the last, and none is asked for twice', async () => {
  const ahead = player();
  const { hls, details } = show(2);
  ahead.attach(hls);
  const first = load(ahead, 0);
  await settled();
  expect(names()).toEqual(['7.0']); // until then its line is its own
  asked[0]!.begin();
  await settled();
  expect(names()).toEqual(['7.0', '7.1']);
  asked[0]!.end();
  await settled();
  expect(first.said).toEqual(['there']);

  const second = load(ahead, 1);
  asked[1]!.begin();
  await settled();
  expect(names()).toEqual(['7.0', '7.1', '7.2']); // the server holds it until it is made
  asked[1]!.end();
  asked[2]!.begin();
  asked[2]!.end();
  await settled();
  expect(second.said).toEqual(['there']);

  details.partList.push({ ...details.partList[0]!, index: 2, url: 'http://cloud/live/1/part7.2.m4s' });
  details.preloadHint.URI = '1/part7.3.m4s';
  const third = load(ahead, 2);
  await settled();
  expect(third.said).toEqual(['there']);
  expect(names()).toEqual(['7.0', '7.1', '7.2', '7.3']);
});

test('a player that goes elsewhere or stands wants no part that was asked for ahead', async () => {
  const ahead = player();
  ahead.attach(show(3).hls);
  load(ahead, 0);
  asked[0]!.begin();
  await settled();
  load(ahead, 2); // another place
  await settled();
  expect(asked.map(({ name, aborted }) => [name, aborted])).toEqual([['7.0', false], ['7.1', true], ['7.2', false]]);
  last().begin();
  await settled();
  ahead.stop();
  expect([last().name, last().aborted]).toEqual(['7.3', true]);
});

test('a hinted part that was never made or failed costs nothing: it is asked for when it is its turn', async () => {
  const ahead = player();
  ahead.attach(show(2).hls);
  load(ahead, 0);
  asked[0]!.begin();
  await settled();
  asked[1]!.begin(404);
  await settled();
  const second = load(ahead, 1);
  await settled();
  expect(names()).toEqual(['7.0', '7.1', '7.1']);
  last().begin();
  last().end();
  await settled();
  expect(second.said).toEqual(['there']);
});

test('a part that broke off, before its turn or in it, is asked for once more', async () => {
  const ahead = player();
  ahead.attach(show(4).hls);
  load(ahead, 0);
  last().begin();
  await settled();
  const early = last();
  early.begin();
  early.grow(10_000);
  await settled();
  early.breakOff(); // the edge was restarted
  await settled();
  const second = load(ahead, 1);
  await settled();
  expect(names()).toEqual(['7.0', '7.1', '7.1']);
  expect([second.loader.stats.loading.first, second.loader.stats.loaded], 'nothing of this one has come').toEqual([0, 0]);
  const [again] = asked.slice(-1);
  again!.begin();
  await settled();
  again!.end();
  await settled();
  expect(second.said).toEqual(['there']);

  const next = asked.find(({ name }) => name === '7.2')!;
  next.begin();
  const third = load(ahead, 2);
  await settled();
  next.breakOff();
  await settled();
  last().begin();
  last().end();
  await settled();
  expect([third.said, names()]).toEqual([['there'], ['7.0', '7.1', '7.1', '7.2', '7.3', '7.2']]);
});

test('hls.js sees how much of a part has come', async () => {
  const ahead = player();
  ahead.attach(show(3).hls);
  const { loader } = load(ahead, 0);
  now = 1_080;
  last().begin();
  await settled();
  asked[0]!.grow(20_000);
  await settled();
  expect([loader.stats.loading.first, loader.stats.loaded, loader.stats.total]).toEqual([1_080, 20_000, 30_000]);
});

test('what a player leaves is ended with the part after it; what an init segment comes before is kept', async () => {
  const ahead = player();
  ahead.attach(show(3).hls);
  const { loader } = load(ahead, 0);
  asked[0]!.begin();
  await settled();
  const init = new ahead.Loader({ loader: PlainLoader } as unknown as HlsConfig);
  const frag = { sn: 'initSegment', level: 0 };
  init.load({ url: 'http://cloud/live/1/init.mp4', frag, part: null } as unknown as FragmentLoaderContext, POLICY, {} as never);
  expect(asked.map(({ aborted }) => aborted)).toEqual([false, false]);
  loader.abort();
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('of the players of one page one at a time waits for a part that is not made yet', async () => {
  const [one, other] = [player(), player()];
  for (const ahead of [one, other]) {
    ahead.attach(show(1).hls);
    load(ahead, 0);
    last().begin();
    await settled();
  }
  expect(names()).toEqual(['7.0', '7.1', '7.0']);
  asked[1]!.begin(); // it is made: the line is free for the other one
  await settled();
  load(other, 0);
  last().begin();
  await settled();
  expect(names()).toEqual(['7.0', '7.1', '7.0', '7.0', '7.1']);
});

test('a player that is about to load another level asks for nothing more of this one', async () => {
  const ahead = player();
  const { hls } = show(3);
  ahead.attach(hls);
  load(ahead, 0);
  hls.loadLevel = 1;
  last().begin();
  await settled();
  expect(names()).toEqual(['7.0']);
});

test('a page that is not seen asks for no part that is not made yet', async () => {
  vi.stubGlobal('document', { hidden: true });
  const ahead = player();
  ahead.attach(show(2).hls);
  load(ahead, 0);
  last().begin();
  await settled();
  expect(names()).toEqual(['7.0', '7.1']);
  load(ahead, 1);
  last().begin();
  await settled();
  expect(names()).toEqual(['7.0', '7.1']);
});

test('a refusal, a silence and an end are told to hls.js once, each by its name', async () => {
  const ahead = player();
  ahead.attach(show(3).hls);
  const refused = load(ahead, 0);
  last().begin(410);
  await settled();
  expect(refused.said).toEqual(['error 410']);

  const silent = load(ahead, 0);
  await settled();
  vi.advanceTimersByTime(10_000);
  await settled();
  expect([silent.said, last().aborted]).toEqual([['timeout'], true]);

  const slow = load(ahead, 0);
  const its = last();
  its.begin();
  await settled();
  vi.advanceTimersByTime(29_000);
  expect(slow.said).toEqual([]);
  vi.advanceTimersByTime(1_000);
  await settled();
  expect([slow.said, its.aborted]).toEqual([['timeout'], true]);

  const left = load(ahead, 0);
  left.loader.abort();
  left.loader.destroy();
  await settled();
  expect([left.said, left.loader.stats.aborted, last().aborted]).toEqual([['aborted'], true, true]);

  const gone = load(ahead, 0);
  gone.loader.destroy();
  await settled();
  expect([gone.said, last().aborted]).toEqual([[], true]);
});

test('the measure of the line has neither the time a part waited to be made in it, nor that in which another one came', async () => {
  const ahead = player();
  ahead.attach(show(2).hls);
  const first = load(ahead, 0);
  now = 1_100;
  asked[0]!.begin();
  await settled();
  now = 1_150; // 7.1 begins while 7.0 still comes
  asked[1]!.begin();
  await settled();
  now = 1_200;
  asked[0]!.end();
  await settled();
  expect(first.loader.stats.loading).toEqual({ start: 1_000, first: 1_100, end: 1_200 });
  now = 1_260;
  asked[1]!.end();
  await settled();
  now = 1_300; // it lay here for 40 ms
  const second = load(ahead, 1);
  await settled();
  expect(second.loader.stats.loading).toEqual({ start: 1_190, first: 1_240, end: 1_300 });

  // 7.2, a hint, was asked for at 1.3 s and begins a second later: all of that but 80 ms it was not there yet.
  now = 2_300;
  asked[2]!.begin();
  await settled();
  now = 2_350;
  asked[2]!.end();
  await settled();
  const third = load(ahead, 2);
  await settled();
  expect(third.loader.stats.loading).toEqual({ start: 2_220, first: 2_300, end: 2_350 });
  expect(third.loader.stats.loaded).toBe(30_000);
});

test('what is no part is loaded as hls.js does', () => {
  const ahead = player();
  const loader = new ahead.Loader({ loader: PlainLoader } as unknown as HlsConfig);
  const context = { url: 'http://cloud/live/1/segment7.m4s', frag: { sn: 7, level: 0 }, part: null } as unknown as FragmentLoaderContext;
  loader.load(context, POLICY, {} as never);
  expect([plain, asked]).toEqual([['http://cloud/live/1/segment7.m4s'], []]);
});
