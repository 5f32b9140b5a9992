/** What keys are made for, and when they end. */
import type { Permission } from '../../lib/cloud/people.ts';
import { addDays } from '../../lib/text/dates.ts';
import { fromField } from '../../lib/text/format.ts';
import { within } from './grants.ts';

export type PresetName = 'shop' | 'catalogue' | 'reporting';
export type Choice = PresetName | 'own';

/** What such a server does for a shop. */
export const PRESETS: Record<PresetName, readonly Permission[]> = {
  shop: ['view_catalog', 'view_orders', 'record_orders', 'refund_orders'],
  catalogue: ['view_catalog', 'edit_catalog', 'import_catalog', 'manage_stock', 'edit_coupons'],
  reporting: ['view_catalog', 'view_orders', 'view_shows', 'view_timeline', 'view_health'],
};

/** What this person can give to a key: what a key may have at all, and they may themselves. */
export const keyable = (forKeys: readonly Permission[], own: readonly string[]): Permission[] =>
  forKeys.filter((one) => own.includes(one));

/** The presets of which everything can be given. */
export const presetsFor = (offered: readonly string[]): PresetName[] =>
  (Object.keys(PRESETS) as PresetName[]).filter((name) => within(PRESETS[name], offered));

export type Ends = 'never' | 'month' | 'year' | 'date';
const DAY_MS = 86_400_000;
/** The cloud takes no key that would live longer. */
const MOST_YEARS = 3;

/**
 * When such a key ends, RFC 3339; null: never. A date (`2027-01-31`) ends with its day in that zone. Undefined when it is none,
 * is over, or lies more than three years ahead.
 */
export function endsAt(ends: Ends, date: string, now: number, zone?: string): string | null | undefined {
  if (ends === 'never') return null;
  if (ends === 'month') return new Date(now + 30 * DAY_MS).toISOString();
  if (ends === 'year') return new Date(now + 365 * DAY_MS).toISOString();
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date))) return undefined;
  const at = Date.parse(fromField(`${addDays(date, 1)}T00:00`, zone)!);
  const latest = new Date(now).setFullYear(new Date(now).getFullYear() + MOST_YEARS);
  return at > now && at <= latest ? new Date(at).toISOString() : undefined;
}

export type KeyState = 'good' | 'ended' | 'revoked';

export function stateOf(key: { revoked_at?: string | null; expires_at?: string | null }, now: number): KeyState {
  if (key.revoked_at) return 'revoked';
  return key.expires_at && Date.parse(key.expires_at) <= now ? 'ended' : 'good';
}
