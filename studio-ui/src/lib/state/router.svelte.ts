/** Where the window is. Kept in the address, so that a reload comes back to the same place. */
export type Place =
  | { name: 'shows'; show: string | null }
  | { name: 'desk'; show: string }
  | { name: 'catalogue'; tab?: CatalogueTab; /** A product, or an import. */ item?: string | null }
  | { name: 'orders'; /** Of this show alone. */ show?: string | null; order?: string | null }
  | { name: 'team'; tab?: TeamTab; /** `new`: one is to be made. */ item?: string | null }
  | { name: 'settings'; tab?: SettingsTab; /** A webhook. */ item?: string | null };

const TABS = {
  catalogue: ['products', 'coupons', 'lists'],
  team: ['members', 'roles', 'keys'],
  settings: ['studio', 'account', 'organization', 'plan', 'webhooks', 'activity', 'failed'],
} as const;
export type CatalogueTab = (typeof TABS)['catalogue'][number];
export type TeamTab = (typeof TABS)['team'][number];
export type SettingsTab = (typeof TABS)['settings'][number];

/** In place of a show's id. */
const ALL = 'all';

function tabOf<T extends string>(tabs: readonly T[], asked: string | undefined): T {
  return tabs.find((tab) => tab === asked) ?? tabs[0]!;
}

export function parsePlace(hash: string): Place {
  const [name, id, more] = hash.replace(/^#\/?/, '').split('/');
  const show = id && id !== ALL ? { show: id } : {};
  if (name === 'desk' && id) return { name, show: id };
  if (name === 'orders') return { name, ...show, ...(more && { order: more }) };
  if (name === 'catalogue') return { name, tab: tabOf(TABS.catalogue, id), ...(more && { item: more }) };
  if (name === 'team') return { name, tab: tabOf(TABS.team, id), ...(more && { item: more }) };
  if (name === 'settings') return { name, tab: tabOf(TABS.settings, id), ...(more && { item: more }) };
  return { name: 'shows', show: name === 'shows' && id ? id : null };
}

function partsOf(place: Place): (string | null | undefined)[] {
  switch (place.name) {
    case 'orders':
      return [place.show ?? (place.order ? ALL : null), place.order];
    case 'catalogue':
    case 'settings':
    case 'team':
      return [place.tab, place.item];
    default:
      return [place.show];
  }
}

export const formatPlace = (place: Place): string => `#/${[place.name, ...partsOf(place).filter(Boolean)].join('/')}`;

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
