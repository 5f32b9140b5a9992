/** Where the window is. Kept in the address, so that a reload comes back to the same place. */
export type Place =
  | { name: 'shows'; show: string | null }
  | { name: 'desk'; show: string }
  | { name: 'catalogue' }
  | { name: 'orders'; /** Of this show alone. */ show?: string | null }
  | { name: 'team'; tab?: TeamTab }
  | { name: 'settings'; tab?: SettingsTab };

export type TeamTab = 'members' | 'roles' | 'keys';
export type SettingsTab = 'studio' | 'account';

export function parsePlace(hash: string): Place {
  const [name, id] = hash.replace(/^#\/?/, '').split('/');
  if (name === 'desk' && id) return { name, show: id };
  if (name === 'orders' && id) return { name, show: id };
  if (name === 'team') return { name, tab: id === 'roles' || id === 'keys' ? id : 'members' };
  if (name === 'settings') return { name, tab: id === 'account' ? id : 'studio' };
  if (name === 'catalogue' || name === 'orders') return { name };
  return { name: 'shows', show: name === 'shows' && id ? id : null };
}

export function formatPlace(place: Place): string {
  if (place.name === 'desk') return `#/desk/${place.show}`;
  if ((place.name === 'shows' || place.name === 'orders') && place.show) return `#/${place.name}/${place.show}`;
  if (place.name === 'team' || place.name === 'settings') return place.tab ? `#/${place.name}/${place.tab}` : `#/${place.name}`;
  return `#/${place.name}`;
}

export class Router {
  place = $state.raw<Place>(parsePlace(location.hash));

  constructor() {
    window.addEventListener('hashchange', () => (this.place = parsePlace(location.hash)));
  }

  go(place: Place) {
    this.place = place;
    // No history: a mouse's back button must not take a live desk away.
    history.replaceState(null, '', formatPlace(place));
  }
}
