import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { playByHls } from '../src/app/features/player/hls-driver.ts';
import { Engine, type EngineOptions, type EngineView } from '../src/app/features/player/engine.ts';

/** A media element that does what the standard says of `play`, `pause`, sources and removal; the test is the browser. */
class FakeVideo extends EventTarget {
  paused = true;
  ended = false;
  isConnected = true;
  muted = false;
  readyState = 4;
  currentTime = 0;
  src: string | null = null;
  calls: string[] = [];
  /** Whether sound is allowed without a gesture. */
  soundAllowed = true;
  seekable = { length: 1, start: () => 0, end: () => this.liveAt };
  liveAt = 30;
  async play() {
    this.calls.push(this.muted ? 'play muted' : 'play');
    if (!this.soundAllowed && !this.muted) throw new DOMException('no', 'NotAllowedError');
    const was = this.paused;
    this.paused = false;
    if (was) this.tell('play');
    if (this.readyState > 0) this.tell('playing');
  }
  pause() {
    this.calls.push('pause');
    this.#pauseNow();
  }
  /** What a headset, a call or the picture-in-picture window does. */
  systemPauses() {
    this.#pauseNow();
  }
  #pauseNow() {
    if (this.paused) return;
    this.paused = true;
    this.tell('pause');
  }
  load() {
    this.calls.push('load');
    this.paused = true; // the load algorithm pauses without an event
    [this.readyState, this.currentTime] = [0, 0];
  }
  removeAttribute(name: string) {
    if (name === 'src') this.src = null;
  }
  /** Events are tasks: they come after the code that caused them. */
  tell(name: string) {
    setTimeout(() => this.dispatchEvent(new Event(name)), 0);
  }
  get videoWidth() {
    return 16;
  }
  get videoHeight() {
    return 9;
  }
}

vi.mock('hls.js/light', () => ({ default: FakeHls }));

/** hls.js as far as the driver uses it. */
const { FakeHls } = vi.hoisted(() => {
  class FakeHls {
    static Events = {
      MANIFEST_LOADED: 'loaded', MANIFEST_PARSED: 'parsed', ERROR: 'error', LEVEL_UPDATED: 'updated', LEVEL_SWITCHING: 'switching', FRAG_BUFFERED: 'buffered',
    };
    static ErrorDetails = { BUFFER_STALLED_ERROR: 'stalled' };
    static all: FakeHls[] = [];
    static isSupported = () => true;
    liveSyncPosition: number | null = 30;
    latency = 2;
    targetLatency: number | null = 2;
    /** The newest playlist. */
    details = { partHoldBack: 0.5, holdBack: 0, endCC: 0 };
    playingDate = new Date(1_000);
    low = { fragmentError: 0 };
    best = { fragmentError: 0 };
    levels = [this.low, { fragmentError: 0 }, this.best];
    alive = true;
    #on = new Map<string, (name: string, data: unknown) => void>();
    constructor() {
      FakeHls.all.push(this);
    }
    on(name: string, act: (name: string, data: unknown) => void) {
      this.#on.set(name, act);
    }
    loadSource() {}
    loading = true;
    stopLoad() {
      this.loading = false;
    }
    /** The present playlist comes a moment later. */
    startLoad() {
      this.loading = true;
      setTimeout(() => this.say('updated'), 5);
    }
    attachMedia() {
      setTimeout(() => this.say('parsed'), 20);
    }
    say(name: string, data: unknown = { details: this.details }) {
      if (this.alive) this.#on.get(name)?.(name, data);
    }
    destroy() {
      this.alive = false;
    }
  }
  return { FakeHls };
});

const players = () => (globalThis as Record<symbol, unknown>)[Symbol.for('vitrine.players')] ?? 0;
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);
let video: FakeVideo;
let view: EngineView;
let engine: Engine | null;
let page: EventTarget;

function start(options: Partial<EngineOptions> = {}): Engine {
  engine = new Engine({
    video: video as unknown as HTMLVideoElement, url: 'http://cloud/live.m3u8', muted: false, patient: () => false, keepFrame: () => undefined,
    changed: (now) => (view = now), loadHls: () => Promise.resolve(playByHls), page, random: () => 0.5, ...options,
  });
  return engine;
}
/** Plays for so long. */
async function playing(ms: number) {
  for (let past = 0; past < ms; past += 250) {
    if (!video.paused && video.readyState > 0) video.currentTime += 0.25;
    video.liveAt += 0.25;
    await after(250);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaSource', class {});
  [video, page, FakeHls.all, engine] = [new FakeVideo(), new EventTarget(), [], null];
});
afterEach(() => {
  engine?.destroy();
  expect(players()).toBe(0);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a pause from outside is the viewer\'s: it stays, quietly, and nothing is said to be wrong', async () => {
  start();
  await playing(2_000);
  expect(view).toMatchObject({ phase: 'playing', paused: false });
  video.calls = [];
  video.systemPauses();
  await playing(60_000);
  expect(view).toMatchObject({ phase: 'playing', paused: true });
  expect(video.calls).toEqual([]);
  expect(FakeHls.all).toHaveLength(1);
});

test('an element that a tap has played stands still where the viewer wants it so', async () => {
  await video.play();
  start({ paused: true });
  await playing(2_000);
  expect(video.paused).toBe(true);
  expect(view.paused).toBe(true);
});

test('a picture that begins paused has its first frame, and then fetches nothing until the viewer goes on, at the live edge', async () => {
  const engine = start({ paused: true });
  await after(30);
  const hls = FakeHls.all[0]!;
  expect(hls.loading).toBe(true);
  video.tell('loadeddata');
  await playing(5_000);
  expect(hls.loading).toBe(false);
  hls.liveSyncPosition = 95;
  engine.setPaused(false);
  await after(10);
  expect([hls.loading, video.currentTime, view.paused]).toEqual([true, 95, false]);
});

test('a stream that breaks while the viewer has paused is built again only when they go on', async () => {
  const engine = start();
  await playing(2_000);
  video.systemPauses();
  await after(10);
  video.calls = [];
  FakeHls.all[0]!.say('error', { fatal: true });
  await playing(60_000);
  expect(view.paused).toBe(true);
  expect(video.calls.filter((call) => call.startsWith('play'))).toEqual([]);
  expect(FakeHls.all).toHaveLength(1);
  engine.setPaused(false);
  await playing(1_000);
  expect(FakeHls.all).toHaveLength(2);
  expect(view).toMatchObject({ phase: 'playing', paused: false });
});

test('going on, here or from outside, is at the live edge', async () => {
  const engine = start();
  await playing(2_000);
  engine.setPaused(true);
  await playing(5_000);
  expect(FakeHls.all[0]!.loading, 'nothing is fetched for nobody').toBe(false);
  FakeHls.all[0]!.liveSyncPosition = 90; // as hls.js guesses from the playlist of the pause
  engine.setPaused(false);
  FakeHls.all[0]!.liveSyncPosition = 95; // as the present one says
  await after(10);
  expect([FakeHls.all[0]!.loading, video.currentTime]).toEqual([true, 95]);
  await playing(2_000);
  video.systemPauses();
  await playing(5_000);
  FakeHls.all[0]!.liveSyncPosition = 140;
  await video.play(); // the headset's button
  await after(10);
  expect(view.paused).toBe(false);
  expect(video.currentTime).toBe(140);
});

test('a pause that the browser undoes by itself is still the viewer\'s, and one that we undo is not', async () => {
  const engine = start();
  await playing(2_000);
  // WebKitGTK: the pipeline still says that it plays, and the element believes it.
  video.systemPauses();
  void video.play();
  await after(10);
  expect([video.paused, view.paused, FakeHls.all[0]!.loading]).toEqual([true, true, false]);
  engine.setPaused(false);
  await playing(1_000);
  engine.setPaused(true);
  engine.setPaused(false);
  await playing(1_000);
  expect([video.paused, view.paused, FakeHls.all[0]!.loading]).toEqual([false, false, true]);
});

test('the browser\'s own pauses are not the viewer\'s', async () => {
  start();
  await playing(2_000);
  // Taken out of the page and put back, as a theme does when it moves a block.
  video.isConnected = false;
  video.systemPauses();
  await after(1_000);
  expect(view.paused).toBe(false);
  video.isConnected = true;
  await after(1_500);
  expect(video.paused).toBe(false);
  // The back-forward cache.
  page.dispatchEvent(new Event('pagehide'));
  video.systemPauses();
  await after(60_000);
  expect(view).toMatchObject({ paused: false, phase: 'playing' });
  FakeHls.all[0]!.liveSyncPosition = 500;
  page.dispatchEvent(new Event('pageshow'));
  await after(10);
  expect(video.paused).toBe(false);
  expect(video.currentTime).toBe(500);
  // The end of the stream.
  video.ended = true;
  video.systemPauses();
  await after(10);
  expect(view.paused).toBe(false);
  expect(engine!.over()).toBe(true);
});

test('pausing wins against a play that is still on its way', async () => {
  const engine = start();
  await playing(1_000);
  engine.setPaused(true);
  engine.setPaused(false);
  engine.setPaused(true);
  await playing(3_000);
  expect(view.paused).toBe(true);
  expect(video.paused).toBe(true);
});

test('pressing "Try now" while the player loads makes one player', async () => {
  let arrive: (play: typeof playByHls) => void = () => undefined;
  const loading = new Promise<typeof playByHls>((resolve) => (arrive = resolve));
  const engine = start({ loadHls: () => loading });
  for (let press = 0; press < 20; press += 1) engine.retry();
  arrive(playByHls);
  await after(100);
  expect(players()).toBe(1);
  expect(FakeHls.all.filter((hls) => hls.alive)).toHaveLength(1);
  expect(FakeHls.all).toHaveLength(1);
});

test('a stage that closes while the player loads leaves none behind', async () => {
  let arrive: (play: typeof playByHls) => void = () => undefined;
  const engine = start({ loadHls: () => new Promise<typeof playByHls>((resolve) => (arrive = resolve)) });
  engine.destroy();
  arrive(playByHls);
  await after(60_000);
  expect(FakeHls.all).toHaveLength(0);
  expect(video.calls).toEqual([]);
});

test('a player that cannot be loaded is loaded again, and said to be missing', async () => {
  let tries = 0;
  start({ loadHls: () => ((tries += 1), tries < 5 ? Promise.reject(new Error('404')) : Promise.resolve(playByHls)) });
  await after(11_000);
  expect(view.phase).toBe('trouble');
  await playing(10_000);
  expect(tries).toBe(5);
  expect(view.phase).toBe('playing');
});

test('fifty quick closes, retries and failures leave no player', async () => {
  for (let turn = 0; turn < 50; turn += 1) {
    video = new FakeVideo();
    const engine = start({ loadHls: () => new Promise((resolve) => setTimeout(() => resolve(playByHls), turn % 7)) });
    await after(turn % 5);
    engine.retry();
    if (turn % 3 === 0) FakeHls.all.at(-1)?.say('error', { fatal: true });
    await after(turn % 11);
    expect(Number(players())).toBeLessThanOrEqual(1);
    engine.destroy();
    expect(players()).toBe(0);
  }
  await after(60_000);
  expect(FakeHls.all.filter((hls) => hls.alive)).toEqual([]);
});

test('the sound that is not allowed is held back, not the picture', async () => {
  video.soundAllowed = false;
  start();
  await playing(1_000);
  expect(view).toMatchObject({ phase: 'playing', muted: true, soundHeld: true });
});

/** A browser that has no Media Source: an iPhone before iOS 17.1. */
function withoutMediaSource() {
  vi.unstubAllGlobals();
  vi.stubGlobal('ManagedMediaSource', undefined);
  delete (globalThis as Record<string, unknown>).ManagedMediaSource;
}

test('native HLS: the picture and its sound start in the very task that opens the stage', async () => {
  withoutMediaSource();
  start();
  expect(video.src).toBe('http://cloud/live.m3u8');
  expect(video.calls).toEqual(['play']); // no await in between: the gesture still counts
  await after(10);
  expect(view).toMatchObject({ phase: 'playing', muted: false, soundHeld: false });
});

test('native HLS: going on is live, and a picture that is late catches up, without hopping', async () => {
  withoutMediaSource();
  const engine = start();
  await playing(2_000);
  engine.setPaused(true);
  await playing(30_000);
  engine.setPaused(false);
  expect(video.currentTime).toBe(video.liveAt - 1.5);
  await playing(2_000);
  video.currentTime -= 8;
  await playing(1_000);
  expect(video.liveAt - video.currentTime).toBeLessThan(3);
  // An edge that it never gets to: it is asked less and less often.
  let jumps = 0;
  for (let past = 0; past < 120_000; past += 500) {
    const before = (video.currentTime = video.liveAt - 20);
    await playing(500);
    if (video.currentTime > before + 5) jumps += 1;
  }
  expect(jumps).toBeGreaterThan(1);
  expect(jumps).toBeLessThan(8);
});

test('native HLS: where nothing can be sought, going on is a new source, in the tap', async () => {
  withoutMediaSource();
  const engine = start();
  await playing(2_000);
  engine.setPaused(true);
  await playing(5_000);
  video.seekable.length = 0;
  video.calls = [];
  engine.setPaused(false);
  expect(video.calls).toEqual(['load', 'play']);
  expect(video.src).toBe('http://cloud/live.m3u8');
  expect(players()).toBe(1);
});

test('native HLS: an error is tried again with a new source, and the old one is let go', async () => {
  withoutMediaSource();
  start();
  await playing(1_000);
  video.dispatchEvent(new Event('error'));
  expect(video.src).toBeNull();
  expect(players()).toBe(0);
  video.readyState = 4;
  await playing(2_000);
  expect(players()).toBe(1);
  expect(view.phase).toBe('playing');
});

/** Says so for every half second of a level that arrives. */
async function buffering(level: number, ms: number) {
  for (let past = 0; past < ms; past += 500) {
    FakeHls.all.at(-1)!.say('buffered', { frag: { level } });
    await playing(500);
  }
}

test('a level that lost a request is forgiven after a while, though another plays', async () => {
  start();
  await playing(1_000);
  const { low, best } = FakeHls.all[0]!;
  best.fragmentError = 1;
  await buffering(0, 4_500);
  expect(best.fragmentError, 'a line that has just failed is not tried again').toBe(1);
  await buffering(0, 1_500);
  expect(best.fragmentError).toBe(0);
  // What fails again and again rests from its last failure on; what plays is hls.js's own matter.
  for (let fails = 1; fails <= 3; fails += 1) {
    best.fragmentError = low.fragmentError = fails;
    await buffering(0, 4_000);
  }
  expect([low.fragmentError, best.fragmentError]).toEqual([3, 3]);
  await buffering(0, 2_000);
  expect([low.fragmentError, best.fragmentError]).toEqual([3, 0]);
});

/** Plays on a line that stalls this often, a second each; playlists come all the time. */
async function watching(ms: number, stalls = 0) {
  const hls = FakeHls.all.at(-1)!;
  for (let past = 0; past < ms; past += 1_000) {
    if (past < stalls * 1_000) hls.say('error', { fatal: false, details: 'stalled' });
    hls.say('updated');
    await playing(1_000);
  }
  hls.say('updated');
  return hls.targetLatency;
}

test('each stall takes the picture half a second back, and quiet time brings it to the front again', async () => {
  let interrupted = false;
  start({ patient: () => interrupted });
  await playing(1_000);
  const hls = FakeHls.all[0]!;
  expect(await watching(5_000)).toBe(0.5);
  expect(await watching(5_000, 4)).toBe(2.5);
  expect(await watching(30_000)).toBe(2);
  expect(await watching(90_000)).toBe(0.5);
  expect(await watching(20_000, 20), 'never more than four seconds').toBe(4.5);
  expect(await watching(250_000)).toBe(0.5);
  // A show that stands is nobody's bad line.
  interrupted = true;
  expect(await watching(4_000, 4)).toBe(0.5);
  interrupted = false;
  // A crowd's playlists ask for more, and what the line needs comes on top.
  hls.details = { partHoldBack: 0, holdBack: 12, endCC: 0 };
  expect(await watching(2_000, 1)).toBe(12.5);
});

/** A show whose multivariant playlist can be read, and the player that reads it. */
function offering(...sizes: string[]) {
  const show = { sizes, reads: 0, down: false, file: 'index.m3u8' };
  const codecs = 'avc1.640028,mp4a.40.2';
  const text = () => show.sizes.map((size, n) => `#EXT-X-STREAM-INF:BANDWIDTH=${show.reads}00,CODECS="${codecs}",RESOLUTION=${size}\nrung${n}/${show.file}\n`).join('');
  vi.stubGlobal('fetch', async () => ((show.reads += 1), new Response(`#EXTM3U\n${text()}`, { status: show.down ? 503 : 200 })));
  const levels = () => show.sizes.map((size, n) => ({ url: `http://cloud/rung${n}/index.m3u8`, attrs: { RESOLUTION: size, CODECS: codecs } }));
  return Object.assign(show, {
    async start() {
      const engine = start();
      await playing(1_000);
      FakeHls.all.at(-1)!.say('loaded', { levels: levels() });
      await watching(20_000);
      return engine;
    },
    async discontinuity() {
      FakeHls.all.at(-1)!.details.endCC += 1;
      await watching(30_000);
    },
  });
}

test('a new source that offers more than the old one is played by a new player, once', async () => {
  const show = offering('640x360');
  await show.start();
  expect(show.reads, 'nobody asks while nothing changes').toBe(0);
  // The same rungs again, at other rates and under a crowd's addresses.
  show.file = 'plain.m3u8';
  await show.discontinuity();
  expect([show.reads, FakeHls.all.length]).toEqual([1, 1]);
  show.sizes = ['1920x1080', '1280x720', '640x360'];
  show.down = true; // the first answer gets lost
  FakeHls.all[0]!.details.endCC += 1;
  await watching(8_000);
  show.down = false;
  await watching(30_000);
  expect([show.reads, FakeHls.all.length]).toEqual([3, 2]);
  expect(view).toMatchObject({ phase: 'playing', paused: false });
  expect(FakeHls.all.filter((hls) => hls.alive)).toHaveLength(1);
});

test('a rung that comes later is played by a new player, and one that goes changes nothing', async () => {
  const show = offering('854x480', '1280x720');
  await show.start();
  const details = FakeHls.all[0]!.details as { renditionReports?: { URI: string }[] };
  details.renditionReports = [{ URI: '../rung1/index.m3u8' }];
  await watching(30_000);
  details.renditionReports = [];
  await watching(30_000);
  expect([show.reads, FakeHls.all.length]).toEqual([0, 1]);
  details.renditionReports = [{ URI: '../rung2/index.m3u8' }];
  await watching(8_000); // it is reported before it is listed
  show.sizes.push('1920x1080');
  await watching(12_000);
  expect(FakeHls.all.length).toBe(2);
});

test('who has paused gets the new player when they go on', async () => {
  const show = offering('640x360');
  const engine = await show.start();
  show.sizes = ['1280x720'];
  FakeHls.all[0]!.details.endCC += 1;
  await watching(1_000);
  engine.setPaused(true);
  await after(60_000);
  expect([FakeHls.all.length, players()]).toEqual([1, 0]);
  engine.setPaused(false);
  await playing(1_000);
  expect([FakeHls.all.length, players()]).toEqual([2, 1]);
});

test('a show that cannot be asked is not asked for ever, and a closed stage asks nothing', async () => {
  const show = offering('640x360');
  const engine = await show.start();
  show.down = true;
  await show.discontinuity();
  await playing(60_000);
  expect([show.reads, FakeHls.all.length]).toEqual([3, 1]);
  FakeHls.all[0]!.details.endCC += 1;
  FakeHls.all[0]!.say('updated');
  engine.destroy();
  await after(60_000);
  expect(show.reads).toBe(3);
});
