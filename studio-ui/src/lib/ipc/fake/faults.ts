/** The fake's list of what is wrong, with the order and the buttons of the real one. */
import type { FaultAction, FaultCode, FaultSource, FaultView } from '../backend.ts';
import type { FakeOptions } from './options.ts';

type Severity = FaultView['severity'];

const USUAL: Partial<Record<FaultCode, [FaultSource, FaultAction[]]>> = {
  no_camera: ['camera', ['choose_source', 'try_again']],
  camera_lost: ['camera', ['try_again', 'choose_source']],
  microphone_lost: ['microphone', ['try_again', 'choose_microphone']],
  uplink_slow: ['uplink', []],
  uplink_lost: ['air', ['cancel_air']],
  stream_refused: ['air', ['try_again', 'dismiss']],
  no_answer: ['air', ['try_again', 'dismiss']],
  pipeline_failed: ['pipeline', ['try_again', 'end_show']],
  end_waits: ['air', []],
  chat_away: ['chat', []],
  chat_refused: ['chat', ['connect_again']],
  sleep_allowed: ['power', ['dismiss']],
};
const WORST: Severity[] = ['bad', 'warn', 'info'];

export class FakeFaults {
  list: FaultView[] = [];
  #tell: (list: FaultView[]) => void;

  constructor(tell: (list: FaultView[]) => void) {
    this.#tell = tell;
  }

  /** What is wrong when a show is opened. */
  start(trouble: FakeOptions['trouble'], noCamera: boolean) {
    this.list = [];
    if (noCamera) this.raise('no_camera', 'info');
    if (trouble === 'offline') this.raise('chat_away', 'warn');
    if (trouble === 'chat_refused') this.raise('chat_refused', 'bad', { detail: 'Your role does not allow this.' });
    if (trouble === 'fair') this.raise('uplink_slow', 'info');
    if (trouble === 'poor') this.raise('uplink_slow', 'warn');
    if (trouble === 'holding' || trouble === 'dead') this.raise('uplink_lost', 'warn', { detail: 'the server closed the connection' }, 4_000);
    if (trouble === 'broken') {
      const detail = 'Internal error (x264enc: could not encode a picture)';
      this.raise('pipeline_failed', 'bad', { detail }, 4_000);
    }
    if (trouble === 'many') {
      this.raise('camera_lost', 'warn', { subject: 'Studio camera' }, 72_000);
      this.raise('microphone_lost', 'warn', { subject: 'Lavalier' }, 43_000);
      this.raise('chat_away', 'warn', {}, 21_000);
      this.raise('sleep_allowed', 'info', {}, 761_000);
    }
  }

  raise(code: FaultCode, severity: Severity, more: Partial<FaultView> = {}, agoMs = 0) {
    const [source, actions] = USUAL[code] ?? ['air', []];
    const sinceAtMs = Date.now() - agoMs;
    const fault: FaultView = { code, source, severity, subject: null, detail: null, sinceAtMs, actions, ...more };
    const others = this.list.filter((one) => one.code !== code);
    this.#set(
      [...others, fault].sort(
        (a, b) => WORST.indexOf(a.severity) - WORST.indexOf(b.severity) || a.sinceAtMs - b.sinceAtMs,
      ),
    );
  }

  clear(source: FaultSource) {
    this.#set(this.list.filter((one) => one.source !== source));
  }

  remove(code: FaultCode) {
    this.#set(this.list.filter((one) => one.code !== code));
  }

  #set(list: FaultView[]) {
    this.list = list;
    this.#tell(list);
  }
}
