import Hls from 'hls.js/light';
import { countPlayers, type Driver, type DriverEvents, type PlayByHls } from './driver.ts';
import { hlsConfig } from './policies.ts';

/** Plays by hls.js, or gives null where it cannot. Travels with hls.js, so that the app does not carry it. */
export const playByHls: PlayByHls = (video, url, patient, events) => (Hls.isSupported() ? new HlsDriver(video, url, patient, events) : null);

class HlsDriver implements Driver {
  readonly #hls: Hls;

  constructor(video: HTMLVideoElement, url: string, patient: () => boolean, events: DriverEvents) {
    countPlayers(1);
    const hls = new Hls(hlsConfig(patient));
    this.#hls = hls;
    hls.on(Hls.Events.MANIFEST_PARSED, () => events.ready());
    hls.on(Hls.Events.ERROR, (_name, error) => {
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
