import type { ConnectionView, StageView } from '../../lib/ipc/backend.ts';
import { t, tn, type Word } from '../../lib/text/words.ts';

export interface Check {
  word: Word;
  ok: boolean;
  /** What was found, and what to do when it is not well. */
  text: string;
}

export interface Found {
  stage: StageView | null;
  /** The loudest peak of the last seconds. */
  peakDb: number;
  connection: ConnectionView;
  lineup: readonly { soldOut: boolean }[];
}

/** What a host looks at two minutes before: picture, sound, line to the cloud, line-up. */
export function preflight(found: Found): Check[] {
  return [picture(found.stage), sound(found), cloud(found.connection), lineup(found.lineup)];
}

function picture(stage: StageView | null): Check {
  const say = (text: string, ok = false): Check => ({ word: 'preflight.picture', ok, text });
  if (!stage || stage.source.kind === 'test_pattern') return say(t('preflight.picture_stand_in'));
  if (stage.showing !== 'source') return say(t('preflight.picture_still'));
  return say(t('preflight.picture_ok', { name: stage.sourceName, height: stage.height, fps: stage.fps }), true);
}

function sound({ stage, peakDb }: Found): Check {
  const say = (word: Word, ok = false): Check => ({
    word: 'preflight.sound',
    ok,
    text: t(word, { name: stage?.microphoneName ?? t('stage.the_microphone'), file: stage?.sourceName ?? '' }),
  });
  if (!stage?.microphone) {
    const heard = stage?.source.kind === 'file' && peakDb >= -50;
    return heard ? say('preflight.sound_file', true) : say('preflight.sound_none');
  }
  if (stage.muted) return say('preflight.sound_muted');
  if (peakDb < -50) return say('preflight.sound_silent');
  if (peakDb > -3) return say('preflight.sound_loud');
  if (peakDb < -30) return say('preflight.sound_quiet');
  return say('preflight.sound_ok', true);
}

function cloud(connection: ConnectionView): Check {
  const ok = connection.state === 'connected';
  return { word: 'preflight.cloud', ok, text: t(ok ? 'preflight.cloud_ok' : 'preflight.cloud_away') };
}

function lineup(items: readonly { soldOut: boolean }[]): Check {
  const out = items.filter((item) => item.soldOut).length;
  const text =
    items.length === 0
      ? t('preflight.lineup_none')
      : out > 0
        ? t('preflight.lineup_out', { n: out, all: items.length })
        : tn('preflight.lineup_ok', items.length);
  return { word: 'preflight.lineup', ok: items.length > 0 && out === 0, text };
}
