import { expect, it } from 'vitest';
import { actorOf, deedWord, groupOf } from './deeds.ts';

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
