/** The fake's instruments: what a line and a microphone would show. Pure. */
import type { MeterView, Quality, UplinkView } from '../backend.ts';
import type { ShowHealth } from '../../cloud/types.ts';
import type { FakeOptions } from './options.ts';

const BITRATES: Record<Quality, number> = { p360: 800, p540: 1800, p720: 3000 };
const SOUND_KBPS = 128;

const LINES = {
  good: { share: 1, wave: 0.02, dropped: 0, queueMs: 20 },
  fair: { share: 0.45, wave: 0.06, dropped: 0, queueMs: 620 },
  poor: { share: 0.12, wave: 0.02, dropped: 7, queueMs: 2840 },
};

/** Nothing was sent yet. */
export const STILL: UplinkView = {
  bitrateKbps: 0,
  aimKbps: 0,
  chosenKbps: 0,
  halfRate: false,
  droppedFrames: 0,
  queueMs: 0,
  verdict: 'good',
};

/** The uplink in its `second`, after `before`. */
export function measured(
  trouble: FakeOptions['trouble'],
  quality: Quality,
  second: number,
  before: UplinkView,
): UplinkView {
  const verdict = trouble === 'fair' || trouble === 'poor' ? trouble : 'good';
  const line = LINES[verdict];
  const share = line.share + Math.sin(second / 2.7) * line.wave;
  const chosenKbps = BITRATES[quality] + SOUND_KBPS;
  return {
    bitrateKbps: Math.round(chosenKbps * share),
    aimKbps: Math.round(chosenKbps * line.share),
    chosenKbps,
    halfRate: false,
    droppedFrames: before.droppedFrames + line.dropped,
    queueMs: line.queueMs,
    verdict,
  };
}

/** What the cloud measures of a show that arrives with `uplink`, in its `second`. */
export function healthOf(
  trouble: FakeOptions['trouble'],
  second: number,
  uplink: UplinkView,
  viewers: number,
): Omit<ShowHealth, 'show_id'> {
  const unwell = trouble === 'unwell';
  const lost = ['holding', 'dead', 'broken'].includes(trouble);
  const kbps = uplink.bitrateKbps || BITRATES.p540 + SOUND_KBPS;
  const small = Math.round(viewers * 0.36);
  return {
    measured_at: new Date().toISOString(),
    media: {
      pictures_per_second: lost ? 0 : trouble === 'poor' ? 9.5 : 29.9 + Math.sin(second) / 10,
      bits_per_second: lost ? 0 : kbps * 1_000,
      key_interval_ms: unwell ? 8_333 : 2_000,
      sound_ahead_ms: unwell ? -640 : 12,
      silent: false,
      gaps: trouble === 'poor' || unwell ? Math.floor(second / 2) : 0,
      part_delay_ms: 90,
      encoder_behind_ms: unwell ? 2_300 : 40,
      half_rate: false,
      recording_stopped: unwell ? 'The disk is nearly full: the show goes on and is not recorded.' : null,
    },
    rungs: [
      { name: '480p', bits_per_second: 910_000, viewers: small, left_out: null },
      ...(unwell ? [{ name: '720p', bits_per_second: 0, viewers: 0, left_out: 'the server has no cores left for it' }] : []),
      { name: 'source', bits_per_second: kbps * 990, viewers: viewers - small, left_out: null },
    ],
    viewers,
  };
}

/** Somebody speaks, with pauses. */
export function spoken(ms: number, microphone: boolean, muted: boolean): MeterView {
  if (!microphone) return { peakDb: -100, rmsDb: -100, muted };
  const word = Math.max(0, Math.sin(ms / 310)) * Math.max(0, Math.sin(ms / 1900) + 0.8);
  const rmsDb = -42 + Math.min(1, word) * 22 + Math.sin(ms / 47) * 2;
  return { peakDb: rmsDb + 8, rmsDb, muted };
}
