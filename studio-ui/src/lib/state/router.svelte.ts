/** Where the window is. Kept in the address, so that a reload comes back to the same place. */
export type Place =
  | { name: 'shows'; show: string | null }
  | { name: 'desk'; show: string }
  | { name: 'catalogue' }
  | { name: 'orders'; /** Of this show alone. */ show?: string | null }
  | { name: 'settings' };

export function parsePlace(hash: string): Place {
  const [name, id] = hash.replace(/^#\/?/, '').split('/');
  if (name === 'desk' && id) return { name, show: id };
  if (name === 'orders' && id) return { name, show: id };
  if (name === 'catalogue' || name === 'orders' || name === 'settings') return { name };
  return { name: 'shows', show: name === 'shows' && id ? id : null };
}

export function formatPlace(place: Place): string {
  if (place.name === 'desk') return `#/desk/${place.show}`;
  if ((place.name === 'shows' || place.name === 'orders') && place.show) return `#/${place.name}/${place.show}`;
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
