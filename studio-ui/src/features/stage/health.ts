/** How a show's media is doing, in words: what is wrong and what to do. Pure. */
import type { ShowHealth } from '../../lib/cloud/types.ts';
import { bitrate, count } from '../../lib/text/format.ts';
import { t, tn } from '../../lib/text/words.ts';

type Media = NonNullable<ShowHealth['media']>;

export interface Finding {
  severity: 'warn' | 'bad';
  title: string;
  todo: string;
}

/** One figure, with whether it is as it should be. */
export interface Figure {
  name: string;
  value: string;
  good: boolean;
}

/** What viewers notice; below these nobody has to act. */
const BEHIND_MS = 1_500;
const LATE_MS = 800;
const KEYS_MS = 4_500;
/** A healthy encoder on a busy line delivers sound and picture up to some 200 ms apart. */
const APART_MS = 400;
/** One short stop in a minute is a figure, three are a fault. */
const GAPS = 3;
/** So far behind, sound is not late but gone. */
const GONE_MS = 3_000;
const SLOW = 12;

const seconds = (ms: number) => (Math.abs(ms) / 1_000).toFixed(1);
const isSilent = (media: Media) => media.silent || media.sound_ahead_ms < -GONE_MS;
const isApart = (media: Media) => Math.abs(media.sound_ahead_ms) > APART_MS;
const isBehind = (media: Media) => media.half_rate || (media.encoder_behind_ms ?? 0) > BEHIND_MS;
const arrives = (media: Media) => media.pictures_per_second > 0;

/** What is wrong, the worst first; null while nothing was measured. */
export function findings(health: ShowHealth | null, recentGaps: number): Finding[] | null {
  const media = health?.media;
  if (!media) return null;
  const found: Finding[] = [];
  const bad = (title: string, todo: string) => found.push({ severity: 'bad', title, todo });
  const warn = (title: string, todo: string) => found.push({ severity: 'warn', title, todo });
  // Without a picture the other figures are of a moment that has passed.
  if (!arrives(media)) bad(t('health.no_picture'), t('health.no_picture_do'));
  else {
    if (isSilent(media)) bad(t('health.no_sound'), t('health.no_sound_do'));
    if (recentGaps >= GAPS) warn(t('health.gaps', { n: recentGaps }), t('health.gaps_do'));
    if (media.pictures_per_second < SLOW) {
      warn(t('health.slow', { n: Math.round(media.pictures_per_second) }), t('health.slow_do'));
    }
    if (media.key_interval_ms > KEYS_MS) {
      warn(t('health.keys', { s: seconds(media.key_interval_ms) }), t('health.keys_do'));
    }
    if (isApart(media) && !isSilent(media)) {
      const title = media.sound_ahead_ms > 0 ? 'health.sound_ahead' : 'health.sound_behind';
      warn(t(title, { s: seconds(media.sound_ahead_ms) }), t('health.sound_do'));
    }
  }
  if (media.part_delay_ms > LATE_MS) warn(t('health.late', { s: seconds(media.part_delay_ms) }), t('health.late_do'));
  if (isBehind(media)) {
    const behind = t('health.encoder', { s: seconds(media.encoder_behind_ms ?? 0) });
    warn(media.half_rate ? t('health.encoder_half') : behind, t('health.encoder_do'));
  }
  const out = health.rungs.filter((rung) => rung.left_out && rung.name !== 'source');
  if (out.length > 0) {
    const names = out.map((rung) => rung.name).join(', ');
    const [first = '', ...others] = new Set(out.map((rung) => rung.left_out ?? ''));
    const reason = others.length > 0 ? out.map((rung) => `${rung.name}: ${rung.left_out}`).join('; ') : first;
    warn(t('health.left_out', { names }), t('health.left_out_do', { reason: reason.slice(0, 1).toUpperCase() + reason.slice(1) }));
  }
  if (media.recording_stopped) {
    warn(t('health.unrecorded'), t('health.unrecorded_do', { reason: media.recording_stopped }));
  }
  return found;
}

/** `30 pictures a second · 3.1 Mb/s` in few letters. */
export function summary(media: Media): string {
  return `${pictures(media)} fps · ${bitrate(media.bits_per_second / 1_000)}`;
}

/** What was measured, figure by figure. */
export function figures(media: Media): Figure[] {
  const figure = (name: string, value: string, good = true): Figure => ({ name, value, good });
  const ahead = Math.round(media.sound_ahead_ms);
  const together = Math.abs(ahead) < 40;
  const sound = ahead > 0 ? 'health.sound_value_ahead' : 'health.sound_value_behind';
  const late = media.part_delay_ms > LATE_MS;
  const behind = media.encoder_behind_ms ?? 0;
  return [
    figure(t('health.pictures'), pictures(media), media.pictures_per_second >= SLOW),
    figure(t('health.rate'), bitrate(media.bits_per_second / 1_000), arrives(media)),
    figure(
      t('health.interval'),
      media.key_interval_ms > 0 ? t('health.interval_value', { s: seconds(media.key_interval_ms) }) : '–',
      media.key_interval_ms <= KEYS_MS,
    ),
    figure(
      t('health.sound'),
      media.silent ? t('health.sound_value_none') : together ? t('health.sound_value_even') : t(sound, { ms: Math.abs(ahead) }),
      !media.silent && !isApart(media),
    ),
    figure(t('health.stills'), media.gaps ? tn('health.stills_value', media.gaps) : t('health.stills_none')),
    figure(
      t('health.parts'),
      late ? t('health.parts_late', { s: seconds(media.part_delay_ms) }) : t('health.parts_on_time'),
      !late,
    ),
    ...(media.encoder_behind_ms === null || media.encoder_behind_ms === undefined
      ? []
      : [
          figure(
            t('health.behind'),
            isBehind(media) ? t('health.behind_value', { s: seconds(behind) }) : t('health.behind_on_time'),
            !isBehind(media),
          ),
        ]),
    figure(
      t('health.recording'),
      media.recording_stopped ? t('health.recording_off') : t('health.recording_on'),
      !media.recording_stopped,
    ),
  ];
}

/** What viewers get, the largest first. */
export function rungs(health: ShowHealth): { name: string; rate: string; viewers: string }[] {
  const size = (name: string) => (name === 'source' ? Infinity : parseInt(name, 10) || 0);
  return [...health.rungs]
    .sort((a, b) => size(b.name) - size(a.name))
    .map((rung) => ({
      name: rung.name === 'source' ? t('health.rung_source') : rung.name,
      rate: rung.bits_per_second > 0 ? bitrate(rung.bits_per_second / 1_000) : t(rung.left_out ? 'health.rung_out' : 'health.rung_idle'),
      viewers: count(rung.viewers),
    }));
}

function pictures(media: Media): string {
  return media.pictures_per_second.toFixed(media.pictures_per_second < SLOW ? 1 : 0);
}
