import type { Show } from '../../lib/cloud/types.ts';
import { t } from '../../lib/text/words.ts';

/** What is said of a show's time, the same wherever it stands; `when` says a moment. */
export function momentOf(show: Show, when: (at: string) => string): string {
  if (show.state === 'interrupted') return t('shows.holding');
  if (show.live_at && show.state === 'live') return t('shows.live_since', { time: when(show.live_at) });
  if (show.ended_at) return t('shows.ended_at', { time: when(show.ended_at) });
  return show.scheduled_at ? when(show.scheduled_at) : t('shows.no_date');
}
