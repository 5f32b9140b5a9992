/** What somebody did, in words. */
import type { Deed } from '../../lib/cloud/organization.ts';
import { roleName } from '../../lib/text/people.ts';
import { t, words, type Word } from '../../lib/text/words.ts';

/** What deeds are about; each with the beginnings of its kinds. */
const GROUPS = {
  of_people: ['member', 'invitation', 'ownership', 'role', 'api_key'],
  of_catalogue: ['product', 'stock', 'coupon', 'order'],
  of_shows: ['show', 'lineup', 'publish_key', 'highlight', 'message', 'viewer'],
  of_organization: ['organization'],
} as const;

export type DeedGroup = keyof typeof GROUPS | 'of_other';
export const DEED_GROUPS: readonly DeedGroup[] = [...(Object.keys(GROUPS) as (keyof typeof GROUPS)[]), 'of_other'];

export function groupOf(kind: string): DeedGroup {
  const found = Object.entries(GROUPS).find(([, beginnings]) => beginnings.some((one) => kind.startsWith(one)));
  return (found?.[0] as DeedGroup | undefined) ?? 'of_other';
}

/** A kind of a later version by its own name. */
export function deedWord(kind: string): string {
  const word = `deed.${kind}`;
  if (word in words) return t(word as Word);
  const plain = kind.replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** The same with what it was done to, where that is there still: `Invited somebody: mo@example.com as Host`. */
export function deedText({ event, subject_name }: Pick<Deed, 'event' | 'subject_name'>): string {
  const deed = deedWord(event.kind);
  const { role, fields } = event as { role?: string; fields?: string[] };
  if (fields?.length) return t('deed.with', { deed, what: fields.map(fieldWord).join(', ') });
  if (!subject_name) return deed;
  // A role that the organisation made has another name than its kind.
  if (role && role !== 'custom') return t('deed.as_role', { deed, what: subject_name, role: roleName(role) });
  return t('deed.with', { deed, what: subject_name });
}

function fieldWord(field: string): string {
  const word = `deed.field_${field}`;
  return word in words ? t(word as Word) : field.replaceAll('_', ' ');
}

/** Who it was, by name: a person, a key of the shop, or Vitrine itself. */
export function actorOf({ actor, actor_name }: Pick<Deed, 'actor' | 'actor_name'>): { name: string; key: boolean } {
  const key = actor.startsWith('key:');
  if (actor_name) return { name: actor_name, key };
  return { name: t(actor.startsWith('service:') ? 'activity.service' : 'activity.unknown_person'), key };
}
