// The app on interest: builds the store, the cart and the view, and hands back the way out.
import { PublicCloud } from '@vitrine/client';
import { mount as mountView, unmount } from 'svelte';
import { languageOf } from '../shared/language.ts';
import { cornerOf } from '../shared/corner.ts';
import { tell, type Mounted, type Place } from '../shared/place.ts';
import { Basket } from './lib/cart/basket.ts';
import { demoShopCart } from './lib/cart/demo-shop.ts';
import { withDrawer } from './lib/cart/drawer.ts';
import { genericCart, offerLine, type MerchantHook } from './lib/cart/generic.ts';
import { Lines } from './lib/cart/lines.svelte.ts';
import { Shop } from './lib/cart/shop.ts';
import { visit } from './lib/cart/visit.ts';
import { pageMemory } from './lib/state/memory.ts';
import { Passport } from './lib/state/pass.svelte.ts';
import { setAside, takeBack } from './lib/state/set-aside.ts';
import { ShowStore } from './lib/state/show.svelte.ts';
import type { PlayWishes } from './lib/state/wishes.ts';
import { catalogues } from './lib/text/catalogues.ts';
import { Speech, SPEECH, WORDS_WITHIN_MS } from './lib/text/speech.svelte.ts';
import './main.css';
import { brandSheet, styles } from './styles.ts';
import ChatOnly from './views/ChatOnly.svelte';
import { StageState } from './views/stage-state.svelte.ts';
import Stage from './views/Stage.svelte';

/** The page has one cart: an add that runs is still known when the stage is opened again, or by another element. */
const lines = new Lines();

/** One viewer for all views of a show, by cloud and show: a name is asked for once, and changes everywhere. */
const passports = new Map<string, Passport>();

/** Fetches the words that `host` speaks, so that nothing is shown in English first; a slow network waits no longer than this. */
export async function prepare(host: HTMLElement): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, WORDS_WITHIN_MS));
  await Promise.race([new Speech(languageOf(host), catalogues).ready, late]);
}

/** Shows the show in its place. */
export function mount(place: Place): Mounted {
  const { root, host } = place;
  const own = [styles(), ...brandSheet(place.show.brand?.accent_colour)];
  const without = () => root.adoptedStyleSheets.filter((sheet) => !own.includes(sheet));
  root.adoptedStyleSheets = [...without(), ...own];
  const cloud = new PublicCloud(place.cloud);
  const viewer = `${place.cloud} ${place.show.id}`;
  const passport = passports.get(viewer) ?? new Passport(cloud, place.show.id, pageMemory);
  passports.set(viewer, passport);
  const store = new ShowStore({
    show: place.show,
    cloud,
    choice: place.choice,
    passport,
    onPinned: (pinned, pictureMs) => tell(host, 'highlight', { pinned, picture_ms: pictureMs }),
  });
  const kept = place.kept ?? {};
  store.start();
  // Always taken back, so that no old one comes up later; what the page before left is newer.
  const whose = `${place.view} ${store.show.id}`;
  const written = takeBack(whose);
  if (kept.draft) store.draft.restore(kept.draft, kept.show === store.show.id);
  else if (written) store.draft.restore(written, true);
  const now = new StageState(kept);
  // In the page it begins without a sound; over it the shopper's press asked for one.
  const wishes: PlayWishes = { muted: kept.muted ?? place.view === 'inline', paused: kept.paused ?? false };
  const speech = Speech.of(host, catalogues);
  const context = new Map([[SPEECH, speech]]);
  now.corner = cornerOf(host, speech.language.dir === 'rtl');
  const view =
    place.view === 'chat'
      ? mountView(ChatOnly, { target: root, context, props: { store } })
      : mountView(Stage, { target: root, context, props: { place, store, shop: shopOf(place, store), now, wishes } });
  return {
    keep: () => ({ mini: now.mini, sheet: now.sheet, draft: store.draft.keep(), show: store.show.id, ...wishes }),
    moved: () => void (now.moves += 1),
    take: (show) => store.take(show),
    show: () => ({ ...store.show, state: store.state }),
    destroy(goes) {
      root.adoptedStyleSheets = without();
      // A page that goes, or an element, leaves its draft to the next one, which may have said it meanwhile.
      if (!goes) setAside(whose, store.draft.keep()); // before the room lets go of what is on its way
      store.stop();
      speech.stop();
      void unmount(view);
    },
  };
}

function shopOf({ host }: Place, store: ShowStore): Shop {
  const page = window as { Vitrine?: MerchantHook } & Parameters<typeof demoShopCart>[0];
  const basket = new Basket([
    demoShopCart(page),
    genericCart({
      hook: () => page.Vitrine,
      offer: (line) => offerLine(line, (offer) => tell(host, 'add-to-cart', offer, true)),
      openCart: () => !tell(host, 'open-cart', {}, true),
    }),
  ]);
  return new Shop({
    basket,
    lines,
    host,
    openTab: visit,
    noticing: (work, opened) => withDrawer(host, work, opened),
    tell: (name, detail, cancelable) => tell(host, name, detail, cancelable),
    attribution() {
      try {
        if (page.Vitrine?.consent?.() === false) return {};
      } catch {
        return {}; // a consent layer that fails did not consent
      }
      const viewer = store.viewerId;
      return { _vt_show: store.show.id, _vt_ts: new Date().toISOString(), ...(viewer ? { _vt_viewer: viewer } : {}) };
    },
  });
}
