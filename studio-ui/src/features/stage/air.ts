import type { AirView, ShowView } from '../../lib/ipc/backend.ts';
import type { Word } from '../../lib/text/words.ts';

/** The state of the show in one glance. */
export interface AirWords {
  tone: 'off' | 'ready' | 'live' | 'holding' | 'ended';
  word: Word;
  /** Since when it is on air: a clock runs. */
  liveFromMs: number | null;
  /** Since when the uplink is lost. */
  lostFromMs: number | null;
  /** The picture comes from another studio or encoder. */
  elsewhere: boolean;
}

/** What this studio does decides; while it does nothing, the show's own state does. */
export function airWords(air: AirView, show: ShowView | null): AirWords {
  const say = (tone: AirWords['tone'], word: Word, more: Partial<AirWords> = {}): AirWords => ({
    tone,
    word,
    liveFromMs: null,
    lostFromMs: null,
    elsewhere: false,
    ...more,
  });
  const liveFromMs = air.liveAtMs ?? show?.liveAtMs ?? null;
  switch (air.phase) {
    case 'connecting':
      return say('ready', 'air.connecting');
    case 'live':
      return say('live', 'air.live', { liveFromMs });
    case 'reconnecting':
      if (air.liveAtMs === null) return say('ready', 'air.connecting');
      return say('holding', 'air.holding', { liveFromMs, lostFromMs: air.sinceAtMs });
    case 'ending':
      return say('live', 'air.ending', { liveFromMs });
    case 'ended':
      return say('ended', 'air.ended');
    case 'idle':
    case 'preview':
      if (show?.state === 'live') return say('live', 'air.live', { liveFromMs, elsewhere: show.elsewhere });
      if (show?.state === 'interrupted') return say('holding', 'air.holding', { liveFromMs });
      if (show?.state === 'ended') return say('ended', 'air.ended');
      return air.phase === 'preview' ? say('ready', 'air.ready') : say('off', 'air.off');
  }
}

/** How going live is offered and asked about. */
export interface StartWords {
  /** On the button that is held. */
  hold: Word;
  hint: Word;
  /** The question after a press that was too short to be meant. */
  title: Word;
  text: Word;
  confirm: Word;
  /** Whoever is on air is let go of. */
  takesOver: boolean;
}

const GO_LIVE: StartWords = {
  hold: 'air.go_live',
  hint: 'air.go_live_hint',
  title: 'air.start_title',
  text: 'air.start_text',
  confirm: 'air.start_confirm',
  takesOver: false,
};
const GO_BACK: StartWords = {
  hold: 'air.go_back',
  hint: 'air.go_live_hint',
  title: 'air.go_back_title',
  text: 'air.start_text',
  confirm: 'air.go_back_confirm',
  takesOver: false,
};
const TAKE_OVER: StartWords = {
  hold: 'air.take_over',
  hint: 'air.take_over_hint',
  title: 'air.take_over_title',
  text: 'air.take_over_text',
  confirm: 'air.take_over_confirm',
  takesOver: true,
};

/**
 * While somebody else's picture is on air, it is replaced; while the picture is away, or what is left of this studio's own
 * arrives, it comes back. Always one of three: another one means that a press meant something else.
 */
export function startWords(show: Pick<ShowView, 'state' | 'elsewhere'> | null): StartWords {
  if (show?.elsewhere) return TAKE_OVER;
  return show?.state === 'live' || show?.state === 'interrupted' ? GO_BACK : GO_LIVE;
}
