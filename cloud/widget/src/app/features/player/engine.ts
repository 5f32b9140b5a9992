import type { Driver, DriverEvents, PlayByHls } from './driver.ts';
import { NativeDriver } from './native-driver.ts';

/** What the picture does. `trouble` still tries by itself; `blocked` waits for a tap. */
export type Phase = 'starting' | 'playing' | 'waiting' | 'blocked' | 'trouble';

export interface EngineView {
  phase: Phase;
  muted: boolean;
  /** The browser allowed the picture but not the sound. */
  soundHeld: boolean;
  /** The viewer stopped it: here, by a headset, by a call, in the picture-in-picture window. */
  paused: boolean;
  aspect: 'wide' | 'tall';
}

export interface EngineOptions {
  video: HTMLVideoElement;
  url: string;
  muted: boolean;
  /** It begins with a standing picture, as the viewer left it. */
  paused?: boolean;
  /** True while the show is interrupted: then a standing picture is right. */
  patient: () => boolean;
  /** Called before a rebuild takes the last frame away. */
  keepFrame: () => void;
  changed: (view: EngineView) => void;
  loadHls: () => Promise<PlayByHls>;
  /** Where the page says that it goes away and comes back. */
  page?: EventTarget;
  random?: () => number;
}

/** A rebuilt player waits about 1, 2, 4, then 5 s. */
const LONGEST_REBUILD_MS = 5_000;
/** A picture that stands this long, although the show goes on, is rebuilt. */
const STUCK_AFTER_MS = 12_000;
/** No picture for this long is told to the viewer. */
const TROUBLE_AFTER_MS = 10_000;
const LOOK_EVERY_MS = 500;
/** A picture this many seconds later than it could be jumps to the live edge: hls.js only speeds up when it is closer. */
const TOO_LATE_S = 5;
/** A jump that did not help is tried again after this, then twice as long: an edge that does not play makes no hopping. */
const JUMP_AGAIN_MS = 4_000;
const LONGEST_JUMP_MS = 60_000;
/** WebKitGTK undoes a pause that meets a seek or another speed, a few milliseconds later; no thumb is as quick as this. */
const UNDONE_WITHIN_MS = 250;

/**
 * Plays one live stream in a video element, and keeps it playing. It owns the element: every `play`, `pause`, `load` and
 * source is its own, so that a pause which it did not ask for is the viewer's.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #video: HTMLVideoElement;
  readonly #stop = new AbortController();
  /** The present player and its building; aborted when another takes its place. */
  #build = new AbortController();
  #driver: Driver | null = null;
  #view: EngineView = { phase: 'starting', muted: false, soundHeld: false, paused: false, aspect: 'wide' };
  #started = false;
  #rebuilds = 0;
  #movedAtMs = performance.now();
  #goodAtMs = performance.now();
  #lastTime = -1;
  /** The browser keeps the page away (back-forward cache): its pauses are not the viewer's. */
  #away = false;
  #stoodPaused = false;
  /** When the element last said that it was paused, and whether a `play` of ours is still to be told. */
  #pausedAtMs = Number.NEGATIVE_INFINITY;
  #asked = false;
  #jumpedAtMs = Number.NEGATIVE_INFINITY;
  #jumpAgainMs = JUMP_AGAIN_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #looking: ReturnType<typeof setInterval>;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#video = options.video;
    this.#view.muted = this.#video.muted = options.muted;
    this.#view.paused = options.paused ?? false;
    if (this.#view.paused) this.#video.pause(); // a tap played it, before anybody knew
    this.#listen();
    this.#start();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** UTC milliseconds of the frame on screen; null until there is one that knows. */
  playingAtMs(): number | null {
    return this.#started && this.#video.readyState >= 2 ? (this.#driver?.atMs() ?? null) : null;
  }

  /** The stream has ended, and the picture has shown all of it. */
  over(): boolean {
    return this.#started && this.#video.ended;
  }

  /** Plays, with the sound if the browser lets it. Call it from a gesture where there is one. */
  async play(): Promise<void> {
    const [video, { signal }] = [this.#video, this.#build];
    this.#asked = video.paused;
    try {
      return await video.play();
    } catch (error) {
      if (!isRefusal(error) || signal.aborted || this.#view.paused) return;
    }
    video.muted = true;
    this.#set({ muted: true, soundHeld: true });
    try {
      await video.play();
    } catch (error) {
      if (isRefusal(error) && !signal.aborted && !this.#view.paused) this.#set({ phase: 'blocked' });
    }
  }

  /** Stops the picture, or goes on at the live edge. */
  setPaused(paused: boolean): void {
    this.#set({ paused });
    if (paused) return this.#video.pause();
    this.#movedAtMs = this.#goodAtMs = performance.now();
    const broke = !this.#driver && this.#view.phase !== 'starting';
    if (broke || (this.#started && this.#driver?.seeks() === false)) return this.retry();
    this.#toLive();
    void this.play();
  }

  setMuted(muted: boolean): void {
    this.#video.muted = muted;
    this.#set({ muted, soundHeld: false });
    // A browser that does not allow the sound stops the picture instead.
    if (!muted && this.#video.paused && !this.#view.paused) void this.play();
  }

  /** Builds the player anew, at once. */
  retry(): void {
    this.#rebuilds = 0;
    this.#rebuild(0);
  }

  destroy(): void {
    this.#stop.abort();
    clearInterval(this.#looking);
    this.#drop();
  }

  #listen(): void {
    const [video, signal] = [this.#video, this.#stop.signal];
    const on = (name: string, act: () => void) => video.addEventListener(name, act, { signal });
    on('playing', () => {
      this.#started = true;
      this.#rebuilds = 0;
      this.#set({ phase: 'playing' });
    });
    on('waiting', () => this.#view.phase === 'playing' && this.#set({ phase: 'waiting' }));
    on('pause', () => {
      this.#pausedAtMs = performance.now();
      if (this.#pausedByViewer) this.#set({ paused: true });
    });
    on('play', () => {
      const undone = !this.#asked && performance.now() - this.#pausedAtMs < UNDONE_WITHIN_MS;
      this.#asked = false;
      if (undone) return this.setPaused(true);
      if (this.#view.paused && !video.paused) this.setPaused(false); // from outside too: on at the live edge
    });
    on('resize', () => this.#set({ aspect: video.videoHeight > video.videoWidth ? 'tall' : 'wide' }));
    on('volumechange', () => this.#set({ muted: video.muted, ...(!video.muted && { soundHeld: false }) }));
    const page = this.#options.page ?? window;
    page.addEventListener('pagehide', () => (this.#away = true), { signal });
    page.addEventListener('pageshow', () => this.#back(), { signal });
  }

  /**
   * A pause that came from outside. The engine's own comes after `view.paused`; the browser's own is one of a picture that
   * is over, of an element that was taken out of the page or has nothing to play, or of a page that goes away.
   */
  get #pausedByViewer(): boolean {
    const video = this.#video;
    return video.paused && !this.#view.paused && !video.ended && video.isConnected && video.readyState > 0 && !this.#away;
  }

  #back(): void {
    if (!this.#away) return;
    this.#away = false;
    if (!this.#view.paused) this.setPaused(false);
  }

  #start(): void {
    const build = new AbortController();
    this.#build = build;
    const events: DriverEvents = {
      ready: () => void (!build.signal.aborted && !this.#view.paused && this.play()),
      failed: (waitMs) => void (!build.signal.aborted && this.#failed(waitMs)),
    };
    const { video, url, patient, loadHls } = this.#options;
    if (!('MediaSource' in globalThis || 'ManagedMediaSource' in globalThis)) {
      this.#driver = new NativeDriver(video, url, events);
      return;
    }
    loadHls()
      .then((playByHls) => {
        if (!build.signal.aborted) this.#driver = playByHls(video, url, patient, events) ?? new NativeDriver(video, url, events);
      })
      .catch(() => events.failed());
  }

  /** Ends the player, or the building of one. */
  #drop(): void {
    this.#build.abort();
    clearTimeout(this.#timer);
    this.#driver?.destroy();
    this.#driver = null;
  }

  /** Builds the player anew: the longer it breaks, the later, if nothing says when. */
  #failed(waitMs?: number): void {
    if (this.#view.paused && this.#started) {
      // Nobody watches: it is built anew when the viewer goes on.
      this.#options.keepFrame();
      this.#drop();
      this.#set({ phase: 'waiting' });
      return;
    }
    const most = Math.min(1_000 * 2 ** this.#rebuilds, LONGEST_REBUILD_MS);
    this.#rebuilds += 1;
    this.#rebuild(waitMs ?? most * (0.75 + (this.#options.random ?? Math.random)() / 4));
  }

  #rebuild(waitMs: number): void {
    if (this.#started) this.#options.keepFrame();
    this.#drop();
    this.#started = false;
    this.#movedAtMs = performance.now();
    if (this.#view.phase !== 'trouble') this.#set({ phase: 'waiting' });
    if (waitMs === 0) this.#start();
    else this.#timer = setTimeout(() => this.#start(), waitMs);
  }

  /** Notices a picture that stands. */
  #look(): void {
    const time = this.#video.currentTime;
    const now = performance.now();
    const moved = this.#started && time !== this.#lastTime;
    this.#lastTime = time;
    this.#goOn();
    if (moved || this.#options.patient() || this.#view.paused || this.#view.phase === 'blocked' || this.#away) {
      this.#movedAtMs = this.#goodAtMs = now;
      if (moved && this.#view.phase === 'trouble') this.#set({ phase: 'playing' });
      if (moved && !this.#options.patient() && !this.#view.paused) this.#catchUp(now);
      return;
    }
    if (now - this.#goodAtMs > TROUBLE_AFTER_MS && this.#view.phase !== 'trouble') this.#set({ phase: 'trouble' });
    if (now - this.#movedAtMs > STUCK_AFTER_MS && this.#started) this.#rebuild(0);
  }

  /** A pause of the browser's own that has passed, as after a move in the page, is undone. Twice seen, so that an event may come first. */
  #goOn(): void {
    const video = this.#video;
    const stands = this.#started && video.paused && !this.#view.paused && !video.ended && video.isConnected && !this.#away && this.#view.phase !== 'blocked';
    if (stands && this.#stoodPaused) {
      this.#toLive();
      void this.play();
    }
    this.#stoodPaused = stands && !this.#stoodPaused;
  }

  /** Back to the live edge after an interruption. */
  #catchUp(now: number): void {
    const late = this.#driver?.late() ?? 0;
    if (late <= TOO_LATE_S || now - this.#jumpedAtMs < this.#jumpAgainMs) return;
    const soon = now - this.#jumpedAtMs < LONGEST_JUMP_MS;
    this.#jumpAgainMs = soon ? Math.min(this.#jumpAgainMs * 2, LONGEST_JUMP_MS) : JUMP_AGAIN_MS;
    this.#jumpedAtMs = now;
    this.#toLive();
  }

  #toLive(): void {
    const edge = this.#driver?.edge() ?? null;
    if (edge !== null && edge > this.#video.currentTime) this.#video.currentTime = edge;
  }

  #set(change: Partial<EngineView>): void {
    this.#view = { ...this.#view, ...change };
    this.#options.changed(this.#view);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}
