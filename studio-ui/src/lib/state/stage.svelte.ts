import type {
  Backend,
  Devices,
  LowerThirdChoice,
  MeterView,
  PreviewSink,
  Quality,
  SourceChoice,
  StageView,
} from '../ipc/backend.ts';

const NO_DEVICES: Devices = { cameras: [], microphones: [] };
const SILENT: MeterView = { peakDb: -100, rmsDb: -100, muted: false };

/** A preview has fifteen pictures a second. */
const LEVEL_WAITS_MS = 80;

/** The stage: what is shown and heard, and what the machine offers. */
export class Stage {
  view = $state.raw<StageView | null>(null);
  devices = $state.raw<Devices>(NO_DEVICES);
  meter = $state.raw<MeterView>(SILENT);
  /** Which of the stage's menus stands open. */
  choosing = $state<'source' | 'microphone' | null>(null);
  #backend: Backend;
  #stops: (() => void)[];
  /** A level that waits for the next picture. */
  #heard: MeterView | null = null;
  #late: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#stops = [
      backend.listen('stageChanged', (view) => (this.view = view)),
      backend.listen('devicesChanged', (devices) => (this.devices = devices)),
      backend.listen('meterChanged', (meter) => this.#hear(meter)),
    ];
  }

  async loadDevices() {
    this.devices = await this.#backend.listDevices();
  }

  restore(view: StageView) {
    this.view = view;
  }

  setSource(source: SourceChoice) {
    return this.#backend.setSource(source);
  }

  /** Asks for a file and shows it; nothing happens when the dialogue is cancelled. */
  async pickFile() {
    const path = await this.#backend.pickMediaFile();
    if (path !== null) await this.#backend.setSource({ kind: 'file', path });
  }

  setMicrophone(id: string | null) {
    return this.#backend.setMicrophone(id);
  }

  toggleMuted() {
    return this.#backend.setMuted(!(this.view?.muted ?? false));
  }

  setQuality(quality: Quality) {
    return this.#backend.setQuality(quality);
  }

  setSoundOffset(ms: number) {
    return this.#backend.setSoundOffset(ms);
  }

  measureSound() {
    return this.#backend.measureSound();
  }

  setLowerThird(choice: LowerThirdChoice) {
    return this.#backend.setLowerThird(choice);
  }

  toggleLowerThird() {
    const on = this.view?.lowerThird.choice.kind !== 'off';
    return this.#backend.setLowerThird({ kind: on ? 'off' : 'follow_pin' });
  }

  openPreview(sink: PreviewSink) {
    return this.#backend.openPreview({
      frame: (...picture) => {
        sink.frame(...picture);
        this.#showLevel();
      },
      state: (state) => sink.state(state),
    });
  }

  /** A level is shown with the next picture, so that the window is painted once for both; without pictures, soon. */
  #hear(meter: MeterView) {
    this.#heard = meter;
    this.#late ??= setTimeout(() => this.#showLevel(), LEVEL_WAITS_MS);
  }

  #showLevel() {
    clearTimeout(this.#late);
    this.#late = undefined;
    if (this.#heard) this.meter = this.#heard;
    this.#heard = null;
  }

  stop() {
    clearTimeout(this.#late);
    for (const stop of this.#stops) stop();
  }
}
