import type Hls from 'hls.js';
import { countPlayers, type Driver, type DriverEvents } from './driver.ts';
import { hlsConfig } from './policies.ts';

/** Plays by hls.js. */
export class HlsDriver implements Driver {
  readonly #hls: Hls;

  constructor(HlsPlayer: typeof Hls, video: HTMLVideoElement, url: string, patient: () => boolean, events: DriverEvents) {
    countPlayers(1);
    const hls = new HlsPlayer(hlsConfig(patient));
    this.#hls = hls;
    hls.on(HlsPlayer.Events.MANIFEST_PARSED, () => events.ready());
    hls.on(HlsPlayer.Events.ERROR, (_name, error) => {
      if (error.fatal) events.failed();
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  atMs(): number | null {
    return this.#hls.playingDate?.getTime() ?? null;
  }

  edge(): number | null {
    return this.#hls.liveSyncPosition;
  }

  late(): number | null {
    const { latency, targetLatency } = this.#hls;
    return targetLatency === null ? null : latency - targetLatency;
  }

  seeks(): boolean {
    return true;
  }

  destroy(): void {
    this.#hls.destroy();
    countPlayers(-1);
  }
}
