import type { AirView, Backend, UplinkView } from '../ipc/backend.ts';

const IDLE: AirView = { phase: 'idle', liveAtMs: null, sinceAtMs: 0 };
const STILL: UplinkView = {
  bitrateKbps: 0,
  aimKbps: 0,
  chosenKbps: 0,
  halfRate: false,
  droppedFrames: 0,
  queueMs: 0,
  verdict: 'good',
};
/** One sample a second, one minute. */
const SAMPLES = 60;

/** The way on air: asks and shows; Rust decides and tells. */
export class OnAir {
  view = $state.raw<AirView>(IDLE);
  uplink = $state.raw<UplinkView>(STILL);
  /** Bitrates of the last minute in kb/s, oldest first. */
  history = $state.raw<number[]>([]);
  canStart = $derived(this.view.phase === 'preview');
  /** This studio sends: leaving or changing quality would hurt. */
  sending = $derived(['connecting', 'live', 'reconnecting', 'ending'].includes(this.view.phase));
  canEnd = $derived(this.view.phase === 'live' || this.view.phase === 'reconnecting');
  #backend: Backend;
  #stops: (() => void)[];

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#stops = [
      backend.listen('airChanged', (view) => {
        if (view.phase === 'connecting') this.history = [];
        this.view = view;
      }),
      backend.listen('uplinkChanged', (uplink) => {
        this.uplink = uplink;
        if (this.sending) this.history = [...this.history, uplink.bitrateKbps].slice(-SAMPLES);
      }),
    ];
  }

  restore(view: AirView, uplink: UplinkView) {
    this.view = view;
    this.uplink = uplink;
  }

  /** `takeOver`: whoever else is on air by now is let go of. */
  goLive(takeOver: boolean) {
    return this.#backend.goLive(takeOver);
  }

  end() {
    return this.#backend.endShow();
  }

  /** Stops sending, or trying to; the show stays open. */
  cancel() {
    return this.#backend.cancelAir();
  }

  stop() {
    for (const stop of this.#stops) stop();
  }
}
