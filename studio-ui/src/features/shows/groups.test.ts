import { describe, expect, it } from 'vitest';
import type { Show } from '../../lib/cloud/types.ts';
import { groupShows } from './groups.ts';

const show = (title: string, more: Partial<Show>): Show => ({
  id: title,
  org_id: 'o',
  title,
  state: 'draft',
  receiving: false,
  auto_live: false,
  lineup: [],
  playback_url: '',
  created_at: '2026-01-01T00:00:00Z',
  version: 1,
  ...more,
});

describe('the list of shows', () => {
  it('puts what is on air first, what comes next by date, and the latest past first', () => {
    const groups = groupShows([
      show('old', { state: 'ended', ended_at: '2026-01-01T10:00:00Z' }),
      show('undated', {}),
      show('later', { state: 'scheduled', scheduled_at: '2026-12-02T10:00:00Z' }),
      show('soon', { state: 'scheduled', scheduled_at: '2026-12-01T10:00:00Z' }),
      show('now', { state: 'interrupted' }),
      show('recent', { state: 'ended', ended_at: '2026-11-01T10:00:00Z' }),
    ]);
    expect(groups.map((group) => group.shows.map((one) => one.title))).toEqual([
      ['now'],
      ['soon', 'later', 'undated'],
      ['recent', 'old'],
    ]);
  });

  it('has no empty group', () => {
    expect(groupShows([])).toEqual([]);
  });
});
