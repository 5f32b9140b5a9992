import { describe, expect, it } from 'vitest';
import { formatPlace, parsePlace, type Place } from './router.svelte.ts';

describe('a place', () => {
  const places: Place[] = [
    { name: 'shows', show: null },
    { name: 'desk', show: 's1' },
    { name: 'orders' },
    { name: 'orders', order: 'o1' },
    { name: 'orders', show: 's1', order: 'o1' },
    { name: 'catalogue', tab: 'lists', item: 'i1' },
    { name: 'team', tab: 'members' },
    { name: 'team', tab: 'keys' },
    { name: 'team', tab: 'keys', item: 'new' },
    { name: 'settings', tab: 'account' },
  ];
  it.each(places)('is the same after a reload: $name', (place) => {
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  it('that nobody knows is the shows, a part that nobody knows the first', () => {
    expect(parsePlace('#/moon')).toEqual({ name: 'shows', show: null });
    expect(parsePlace('#/team/moon')).toEqual({ name: 'team', tab: 'members' });
    expect(parsePlace('#/settings')).toEqual({ name: 'settings', tab: 'studio' });
  });
});
