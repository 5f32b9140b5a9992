/** What servers can be told, in groups, by what it takes to choose it. */
import type { WebhookEvent } from '../../lib/cloud/webhooks.ts';
import type { Permission } from '../../lib/state/session.svelte.ts';
import { t, words, type Word } from '../../lib/text/words.ts';

export const GROUPS = [
  {
    name: 'shows', needs: 'view_timeline',
    kinds: [
      'show_went_live', 'show_ended', 'show_interrupted', 'show_resumed', 'show_created', 'show_changed', 'show_deleted', 'lineup_changed', 'highlight_shown',
      'highlight_cleared',
    ],
  },
  { name: 'orders', needs: 'view_orders', kinds: ['order_recorded', 'order_cancelled', 'order_refunded'] },
  {
    name: 'catalogue', needs: 'view_catalog',
    kinds: ['product_created', 'product_changed', 'product_removed', 'stock_changed', 'coupon_created', 'coupon_changed'],
  },
  { name: 'chat', needs: 'view_chat', kinds: ['message_removed', 'viewer_banned', 'viewer_unbanned'] },
  {
    name: 'organization', needs: 'view_audit',
    kinds: ['organization_changed', 'member_added', 'member_role_changed', 'member_removed', 'api_key_created', 'api_key_revoked'],
  },
] as const satisfies readonly { name: string; needs: Permission; kinds: readonly WebhookEvent[] }[];

/** What it is, in words; one of a later version by its own name. */
export function told(kind: string | null | undefined): string {
  if (!kind) return t('webhook.unknown_event');
  const word = `told.${kind}`;
  return word in words ? t(word as Word) : kind.replaceAll('_', ' ');
}

/** A few of many, in a line. */
export function inShort(kinds: readonly string[]): string {
  const first = kinds.slice(0, 2).map(told).join(', ');
  return kinds.length > 2 ? t('webhook.more_kinds', { first, n: kinds.length - 2 }) : first;
}

export const isAddress = (text: string): boolean => /^https:\/\/[^\s/@]+\.[^\s/@]+(\/\S*)?$/.test(text.trim());
