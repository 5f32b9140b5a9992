import type Hls from 'hls.js';
import type * as EnginePart from '../../../parts/engine.ts';
import { part } from '../../lib/parts.ts';
import { hlsConfig } from './policies.ts';

/** What the picture does. `trouble` still tries by itself; `blocked` waits for a tap. */
export type Phase = 'starting' | 'playing' | 'waiting' | 'blocked' | 'trouble';

export interface EngineView {
  phase: Phase;
  muted: boolean;
  /** The browser allowed the picture but not the sound. */
  soundHeld: boolean;
  /** The viewer stopped it. */
  paused: boolean;
  aspect: 'wide' | 'tall';
}

/** A rebuilt player waits 1, 2, 4, then 5 s. */
const LONGEST_REBUILD_MS = 5_000;
/** A picture that stands this long, although the show goes on, is rebuilt. */
const STUCK_AFTER_MS = 12_000;
/** No picture for this long is told to the viewer. */
const TROUBLE_AFTER_MS = 10_000;

/** A picture this many seconds later than it could be jumps to the live edge: hls.js only speeds up when it is closer. */
const TOO_LATE_S = 5;

/** A date that Safari's own player knows about its programme. */
interface NativeDates {
  getStartDate?: () => Date;
}

/** Plays one live stream in a video element, and keeps it playing. */
export class Engine {
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #changed: (view: EngineView) => void;
  readonly #patient: () => boolean;
  readonly #stop = new AbortController();
  /** Called before a rebuild takes the last frame away. */
  readonly #keepFrame: () => void;
  #hls: Hls | null = null;
  #view: EngineView = { phase: 'starting', muted: false, soundHeld: false, paused: false, aspect: 'wide' };
  #started = false;
  #rebuilds = 0;
  #movedAtMs = performance.now();
  #goodAtMs = performance.now();
  #lastTime = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: {
    video: HTMLVideoElement;
    url: string;
    muted: boolean;
    /** True while the show is interrupted: then a standing picture is right. */
    patient: () => boolean;
    keepFrame: () => void;
    changed: (view: EngineView) => void;
  }) {
    this.#video = options.video;
    this.#url = options.url;
    this.#patient = options.patient;
    this.#keepFrame = options.keepFrame;
    this.#changed = options.changed;
    this.#view.muted = this.#video.muted = options.muted;
    this.#listen();
    void this.#build();
    this.#watch = setInterval(() => this.#look(), 500);
  }

  /** UTC milliseconds of the frame on screen; null until there is one that knows. */
  playingAtMs(): number | null {
    if (!this.#started || this.#video.readyState < 2) return null;
    if (this.#hls) return this.#hls.playingDate?.getTime() ?? null;
    const start = (this.#video as HTMLVideoElement & NativeDates).getStartDate?.().getTime();
    return start === undefined || Number.isNaN(start) ? null : start + this.#video.currentTime * 1_000;
  }

  /** Plays, with the sound if the browser lets it. Call it from a gesture where there is one. */
  async play(): Promise<void> {
    const video = this.#video;
    try {
      await video.play();
      return;
    } catch (error) {
      if (!isRefusal(error)) return;
    }
    video.muted = true;
    this.#set({ muted: true, soundHeld: true });
    try {
      await video.play();
    } catch (error) {
      if (isRefusal(error)) this.#set({ phase: 'blocked' });
    }
  }

  /** Stops the picture, or goes on at the live edge. */
  setPaused(paused: boolean): void {
    this.#set({ paused });
    if (paused) return this.#video.pause();
    const edge = this.#hls?.liveSyncPosition;
    if (edge) this.#video.currentTime = edge;
    this.#movedAtMs = this.#goodAtMs = performance.now();
    void this.play();
  }

  setMuted(muted: boolean): void {
    this.#video.muted = muted;
    this.#set({ muted, soundHeld: false });
    if (!muted && this.#video.paused && !this.#view.paused) void this.play();
  }

  /** Builds the player anew, at once. */
  retry(): void {
    this.#rebuilds = 0;
    this.#rebuild(0);
  }

  destroy(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#hls?.destroy();
    this.#hls = null;
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #listen(): void {
    const [video, signal] = [this.#video, this.#stop.signal];
    const on = (name: string, act: () => void) => video.addEventListener(name, act, { signal });
    on('playing', () => {
      this.#started = true;
      this.#rebuilds = 0;
      this.#set({ phase: 'playing', paused: false });
    });
    on('waiting', () => this.#view.phase === 'playing' && this.#set({ phase: 'waiting' }));
    on('resize', () => this.#set({ aspect: video.videoHeight > video.videoWidth ? 'tall' : 'wide' }));
    on('volumechange', () => this.#set({ muted: video.muted }));
    on('error', () => !this.#hls && video.getAttribute('src') && this.#rebuildLater());
  }

  async #build(): Promise<void> {
    const video = this.#video;
    if ('MediaSource' in window || 'ManagedMediaSource' in window) {
      const { Hls: HlsPlayer } = await part<typeof EnginePart>('engine');
      if (this.#stop.signal.aborted) return;
      if (HlsPlayer.isSupported()) {
        const hls = new HlsPlayer(hlsConfig(this.#patient));
        this.#hls = hls;
        hls.on(HlsPlayer.Events.MANIFEST_PARSED, () => void this.play());
        hls.on(HlsPlayer.Events.ERROR, (_name, error) => {
          if (error.fatal && this.#hls === hls) this.#rebuildLater();
        });
        hls.loadSource(this.#url);
        hls.attachMedia(video);
        return;
      }
    }
    video.src = this.#url; // the browser's own HLS; one that has none answers with an error
    void this.play();
  }

  #rebuildLater(): void {
    const wait = Math.min(1_000 * 2 ** this.#rebuilds, LONGEST_REBUILD_MS);
    this.#rebuilds += 1;
    this.#rebuild(wait);
  }

  #rebuild(waitMs: number): void {
    if (this.#started) this.#keepFrame();
    this.#hls?.destroy();
    this.#hls = null;
    this.#video.removeAttribute('src');
    this.#started = false;
    this.#movedAtMs = performance.now();
    if (this.#view.phase !== 'trouble') this.#set({ phase: 'waiting' });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#build().catch(() => this.#rebuildLater());
    }, waitMs);
  }

  /** Notices a picture that stands. */
  #look(): void {
    const time = this.#video.currentTime;
    const now = performance.now();
    const moved = this.#started && time !== this.#lastTime;
    this.#lastTime = time;
    if (moved || this.#patient() || this.#view.paused || this.#view.phase === 'blocked') {
      this.#movedAtMs = this.#goodAtMs = now;
      if (moved && this.#view.phase === 'trouble') this.#set({ phase: 'playing' });
      if (moved && !this.#patient()) this.#catchUp();
      return;
    }
    if (now - this.#goodAtMs > TROUBLE_AFTER_MS && this.#view.phase !== 'trouble') this.#set({ phase: 'trouble' });
    if (now - this.#movedAtMs > STUCK_AFTER_MS && this.#started) this.#rebuild(0);
  }

  /** Back to the live edge after an interruption. */
  #catchUp(): void {
    const [hls, edge] = [this.#hls, this.#hls?.liveSyncPosition];
    if (!hls || !edge || hls.targetLatency === null) return;
    if (hls.latency > hls.targetLatency + TOO_LATE_S && edge > this.#video.currentTime) this.#video.currentTime = edge;
  }

  #set(change: Partial<EngineView>): void {
    this.#view = { ...this.#view, ...change };
    this.#changed(this.#view);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}
