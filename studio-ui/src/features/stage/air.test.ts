import { describe, expect, it } from 'vitest';
import type { AirPhase, AirView, ShowView } from '../../lib/ipc/backend.ts';
import { t } from '../../lib/text/words.ts';
import { airWords, startWords } from './air.ts';

const air = (phase: AirPhase, liveAtMs: number | null = null): AirView => ({
  phase,
  liveAtMs,
  sinceAtMs: 5_000,
});
const show = (state: ShowView['state'], elsewhere = false): ShowView => ({
  orgId: 'o',
  showId: 's',
  title: '',
  state,
  liveAtMs: 1_000,
  receiving: elsewhere || state === 'live',
  elsewhere,
  rungs: [],
  lineupRevision: 1,
});

describe('the state of the show', () => {
  it('goes from off air to ready to live to ended', () => {
    expect(airWords(air('idle'), show('scheduled')).tone).toBe('off');
    expect(airWords(air('preview'), show('scheduled')).tone).toBe('ready');
    expect(airWords(air('live', 2_000), show('live'))).toMatchObject({ tone: 'live', liveFromMs: 2_000 });
    expect(airWords(air('ended', 2_000), show('ended')).tone).toBe('ended');
  });

  it('holds, and says since when, while the uplink is lost', () => {
    expect(airWords(air('reconnecting', 2_000), show('interrupted'))).toMatchObject({
      tone: 'holding',
      lostFromMs: 5_000,
      liveFromMs: 2_000,
    });
  });

  it('is still on its way when the line breaks before the show was live', () => {
    expect(airWords(air('reconnecting'), show('scheduled')).word).toBe('air.connecting');
  });

  it('shows a moderator what is sent from elsewhere', () => {
    expect(airWords(air('idle'), show('live', true))).toMatchObject({ tone: 'live', elsewhere: true, liveFromMs: 1_000 });
    expect(airWords(air('preview'), show('interrupted'))).toMatchObject({ tone: 'holding', elsewhere: false });
  });

  it('accuses nobody of what is left of its own picture', () => {
    expect(airWords(air('preview'), show('live'))).toMatchObject({ tone: 'live', elsewhere: false });
    expect(startWords(show('live')).confirm).toBe('air.go_back_confirm');
  });
});

describe('the question before going live', () => {
  it('says that somebody else is let go while they are on air', () => {
    const words = startWords(show('live', true));
    expect(t(words.text)).toMatch(/Somebody else.*let go/);
    expect(t(words.confirm)).toBe('Take over');
  });

  it('is another one as soon as a press would mean something else, and only then', () => {
    const asked = startWords(show('scheduled'));
    expect(startWords(show('draft'))).toBe(asked);
    const others = [show('live', true), show('interrupted')].map((one) => startWords(one));
    expect(new Set([asked, ...others]).size).toBe(3);
    expect(others.map((words) => words.takesOver)).toEqual([true, false]);
  });

  it('is answered by a plain press: nothing in it is held', () => {
    for (const state of [undefined, 'draft', 'scheduled', 'live', 'interrupted'] as const) {
      const words = startWords(state ? show(state) : null);
      expect(t(words.hold)).toMatch(/^Hold to/);
      expect(t(words.confirm)).not.toMatch(/hold/i);
    }
  });
});
