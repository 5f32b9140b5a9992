import type { StockChangeDraft } from '../../lib/cloud/types.ts';
import { t } from '../../lib/text/words.ts';

type Reason = StockChangeDraft['reason'];

export const REASONS: readonly Reason[] = ['received', 'returned', 'damaged', 'lost', 'correction'];

/** How many pieces more, or less, somebody means; null when it is no number, or none. A correction alone is typed with its sign. */
export function piecesOf(text: string, reason: Reason): number | null {
  const [, sign, digits] = /^([+−-]?)(\d{1,7})$/.exec(text.trim()) ?? [];
  const pieces = Number(digits);
  if (digits === undefined || pieces === 0 || (sign && reason !== 'correction')) return null;
  const less = reason === 'damaged' || reason === 'lost' || sign === '-' || sign === '−';
  return less ? -pieces : pieces;
}

/** What a count of the shelf came to: what is held for somebody or owed is not there to be sold. */
export const saidCounted = (title: string, counted: number, left: number): string =>
  left === counted ? t('stock.done', { title, n: left }) : t('stock.done_held', { title, counted, held: counted - left, n: left });
