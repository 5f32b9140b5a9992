/** The uplink in words whose numbers explain themselves. Pure. */
import type { UplinkView } from '../../lib/ipc/backend.ts';
import { bitrate } from '../../lib/text/format.ts';
import { t, tn } from '../../lib/text/words.ts';

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const isSlow = (uplink: UplinkView) => uplink.aimKbps < uplink.chosenKbps;

/** `3.1 Mb/s`, or `780 kb/s of 3.1 Mb/s` while the line bears less than was chosen. */
export function rate(uplink: UplinkView): string {
  const now = bitrate(uplink.bitrateKbps);
  return isSlow(uplink) ? t('uplink.of', { now, chosen: bitrate(uplink.chosenKbps) }) : now;
}

/** Of the line alone: steady, uneven, slow, struggling. */
export function verdict(uplink: UplinkView): string {
  if (uplink.verdict === 'fair' && isSlow(uplink)) return t('air.verdict_slow');
  return t(`air.verdict_${uplink.verdict}`);
}

/** What is the matter and what to do. */
export function advice(uplink: UplinkView): { title: string; todo: string } {
  const todo = t('uplink.slow_do');
  const rates = { now: bitrate(uplink.aimKbps), chosen: bitrate(uplink.chosenKbps) };
  if (uplink.halfRate) return { title: t('uplink.slow', rates), todo: t('uplink.half_do') };
  if (uplink.verdict === 'poor' && uplink.droppedFrames > 0) {
    return { title: t('uplink.slow', rates), todo: tn('uplink.dropped_do', uplink.droppedFrames) };
  }
  if (isSlow(uplink)) return { title: t('uplink.slow', rates), todo };
  if (uplink.queueMs > 450) return { title: t('uplink.late', { s: seconds(uplink.queueMs) }), todo };
  return { title: t('uplink.was_uneven'), todo };
}
