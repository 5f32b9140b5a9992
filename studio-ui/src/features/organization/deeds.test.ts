import { expect, it } from 'vitest';
import type { Deed } from '../../lib/cloud/organization.ts';
import { actorOf, deedText, deedWord, groupOf } from './deeds.ts';

it.each([
  ['product_changed', 'Changed a product', 'of_catalogue'],
  ['api_key_created', 'Made a key', 'of_people'],
  ['publish_key_issued', 'Got a stream key', 'of_shows'],
  ['organization_changed', 'Changed name or settings', 'of_organization'],
  ['moon_painted', 'Moon painted', 'of_other'],
])('%s: %s', (kind, word, group) => {
  expect(deedWord(kind)).toBe(word);
  expect(groupOf(kind)).toBe(group);
});

it('names who it was, and whether a key did it', () => {
  expect(actorOf({ actor: 'user:1', actor_name: 'Mo' })).toEqual({ name: 'Mo', key: false });
  expect(actorOf({ actor: 'key:1', actor_name: 'Shop server' })).toEqual({ name: 'Shop server', key: true });
  expect(actorOf({ actor: 'service:jobs', actor_name: null }).name).toBe('Vitrine');
});

it.each([
  [{ kind: 'member_invited', role: 'host' }, 'mo@example.com', 'Invited somebody: mo@example.com as Host'],
  [{ kind: 'member_added', role: 'custom' }, 'Mo', 'Let somebody in: Mo'],
  [{ kind: 'api_key_revoked' }, 'Shop server', 'Revoked a key: Shop server'],
  [{ kind: 'api_key_revoked' }, null, 'Revoked a key'],
  [{ kind: 'organization_changed', fields: ['name', 'time_zone', 'moon_phase'] }, null, 'Changed name or settings: name, time zone, moon phase'],
  [{ kind: 'organization_changed', fields: [] }, null, 'Changed name or settings'],
])('says of %j to %j: %s', (event, subject_name, text) =>
  expect(deedText({ event, subject_name } as unknown as Pick<Deed, 'event' | 'subject_name'>)).toBe(text));
