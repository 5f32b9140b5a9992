import Hls from 'hls.js/light';
import { Ahead } from './ahead.ts';
import { countPlayers, type Driver, type DriverEvents, type PlayByHls } from './driver.ts';
import { Pace } from './pace.ts';
import { Penalties } from './penalties.ts';
import { hlsConfig } from './policies.ts';
import { Rungs } from './rungs.ts';
import { Slack } from './slack.ts';

/** Plays by hls.js, or gives null where it cannot. Travels with hls.js, so that the app does not carry it. */
export const playByHls: PlayByHls = (video, url, patient, events) => (Hls.isSupported() ? new HlsDriver(video, url, patient, events) : null);

class HlsDriver implements Driver {
  readonly #hls: Hls;
  readonly #stop = new AbortController();
  readonly #slack = new Slack();
  readonly #ahead = new Ahead();
  /** The picture stands by a pause, or has gone on and the present playlist is not there yet: nobody knows where live is. */
  #stale = false;

  constructor(video: HTMLVideoElement, url: string, patient: () => boolean, events: DriverEvents) {
    countPlayers(1);
    const hls = new Hls({ ...hlsConfig(patient), fLoader: this.#ahead.Loader });
    this.#hls = hls;
    this.#ahead.attach(hls);
    hls.on(Hls.Events.MANIFEST_PARSED, () => events.ready());
    const rungs = new Rungs(url, this.#stop.signal, () => events.failed(0));
    hls.on(Hls.Events.ERROR, (_name, error) => {
      if (error.fatal) events.failed();
      else if (error.details === Hls.ErrorDetails.BUFFER_STALLED_ERROR && !patient()) this.#slack.stalled(performance.now());
    });
    hls.on(Hls.Events.LEVEL_SWITCHING, () => this.#ahead.stop());
    const penalties = new Penalties();
    hls.on(Hls.Events.FRAG_BUFFERED, (_name, { frag }) => penalties.look(hls.levels, frag.level, performance.now()));
    hls.on(Hls.Events.MANIFEST_LOADED, (_name, { levels }) => rungs.known(levels));
    hls.loadSource(url);
    hls.attachMedia(video);
    // With playlists coming, hls.js would move a paused picture that its window has left.
    const stand = () => ((this.#stale = true), hls.stopLoad(), this.#ahead.stop());
    video.addEventListener('pause', stand, this.#stop);
    // One that begins paused has its first frame now, and says no `pause`.
    video.addEventListener('loadeddata', () => video.paused && stand(), this.#stop);
    video.addEventListener('play', () => this.#stale && !video.paused && hls.startLoad(), this.#stop);
    const pace = new Pace();
    video.addEventListener('timeupdate', () => pace.look(video, this.edge(), this.#slack.seconds(performance.now())), this.#stop);
    hls.on(Hls.Events.LEVEL_UPDATED, (_name, { details }) => {
      rungs.playlist(details.endCC, details.renditionReports);
      this.#keepBack(details.partHoldBack || details.holdBack);
      if (!this.#stale || video.paused) return;
      this.#stale = false;
      const edge = this.edge();
      if (edge !== null && edge > video.currentTime) video.currentTime = edge;
    });
  }

  atMs(): number | null {
    return this.#hls.playingDate?.getTime() ?? null;
  }

  edge(): number | null {
    return this.#stale ? null : this.#hls.liveSyncPosition;
  }

  late(): number | null {
    const { latency, targetLatency } = this.#hls;
    return this.#stale || targetLatency === null ? null : latency - targetLatency;
  }

  seeks(): boolean {
    return true;
  }

  /** Keeps as far from live as the playlist asks for, and as the line needs. */
  #keepBack(asked: number): void {
    const target = asked + this.#slack.seconds(performance.now());
    if (asked > 0 && target !== this.#hls.targetLatency) this.#hls.targetLatency = target;
  }

  destroy(): void {
    this.#stop.abort();
    this.#hls.destroy();
    this.#ahead.stop();
    countPlayers(-1);
  }
}
