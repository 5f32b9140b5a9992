import type { Show } from '../../lib/cloud/types.ts';

export interface ShowGroup {
  name: 'on_air' | 'coming' | 'past';
  shows: Show[];
}

/** On air first, then by date with undated drafts last, then the latest that ended. */
export function groupShows(shows: readonly Show[]): ShowGroup[] {
  const onAir = shows.filter((show) => show.state === 'live' || show.state === 'interrupted');
  const coming = shows
    .filter((show) => show.state === 'draft' || show.state === 'scheduled')
    .sort((a, b) => (a.scheduled_at ?? '9').localeCompare(b.scheduled_at ?? '9'));
  const past = shows
    .filter((show) => show.state === 'ended')
    .sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''));
  return (
    [
      { name: 'on_air', shows: onAir },
      { name: 'coming', shows: coming },
      { name: 'past', shows: past },
    ] satisfies ShowGroup[]
  ).filter((group) => group.shows.length > 0);
}
