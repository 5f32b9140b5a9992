import { countPlayers, type Driver, type DriverEvents } from './driver.ts';

/** A date that Safari's own player knows about its programme. */
interface NativeDates {
  getStartDate?: () => Date;
}

/** What can be sought ends at the newest frame; this many seconds before it the picture goes on without a wait. */
const BEFORE_END_S = 1.5;

/** Plays by the browser's own HLS: iPhones before iOS 17.1, which have nothing else. */
export class NativeDriver implements Driver {
  readonly #video: HTMLVideoElement & NativeDates;
  readonly #stop = new AbortController();

  /** Asks to be played at once: inside a gesture that is the only time when the sound is allowed. */
  constructor(video: HTMLVideoElement, url: string, events: DriverEvents) {
    countPlayers(1);
    this.#video = video;
    video.addEventListener('error', () => events.failed(), { signal: this.#stop.signal });
    video.src = url; // a browser that has no HLS answers with an error
    events.ready();
  }

  atMs(): number | null {
    const start = this.#video.getStartDate?.().getTime();
    return start === undefined || Number.isNaN(start) ? null : start + this.#video.currentTime * 1_000;
  }

  edge(): number | null {
    const { seekable } = this.#video;
    if (seekable.length === 0) return null;
    return Math.max(seekable.start(seekable.length - 1), seekable.end(seekable.length - 1) - BEFORE_END_S);
  }

  late(): number | null {
    const edge = this.edge();
    return edge === null ? null : edge - this.#video.currentTime;
  }

  /** Chromium's own HLS lets nothing be sought in a live stream; Safari does. */
  seeks(): boolean {
    return this.#video.seekable.length > 0;
  }

  destroy(): void {
    this.#stop.abort();
    this.#video.removeAttribute('src');
    this.#video.load();
    countPlayers(-1);
  }
}
