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

/** The stage: what is shown and heard, and what the machine offers. */
export class Stage {
  view = $state.raw<StageView | null>(null);
  devices = $state.raw<Devices>(NO_DEVICES);
  meter = $state.raw<MeterView>(SILENT);
  /** Which of the stage's menus stands open. */
  choosing = $state<'source' | 'microphone' | null>(null);
  #backend: Backend;
  #stops: (() => void)[];

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#stops = [
      backend.listen('stageChanged', (view) => (this.view = view)),
      backend.listen('devicesChanged', (devices) => (this.devices = devices)),
      backend.listen('meterChanged', (meter) => (this.meter = meter)),
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
    return this.#backend.openPreview(sink);
  }

  stop() {
    for (const stop of this.#stops) stop();
  }
}
