// The teaser's few words, in every language that the widget speaks: the loader waits for no other file.

export interface TeaserWords {
  live: string;
  ended: string;
  soon: string;
  /** Names the whole teaser for those who do not see it. */
  name: string;
  hide: string;
  watchNow: string;
  lookBack: string;
  startsIn: (units: string) => string;
  startsSoon: string;
  failed: string;
  watching: string;
}

const english: TeaserWords = {
  live: 'LIVE',
  ended: 'ENDED',
  soon: 'SOON',
  name: 'Live shopping',
  hide: 'Hide this show',
  watchNow: 'Watch and shop now',
  lookBack: 'See what was shown',
  startsIn: (units) => `Starts in ${units}`,
  startsSoon: 'Starts in a moment',
  failed: 'That did not load. Press to try again.',
  watching: 'watching',
};

const catalogues: Record<string, TeaserWords> = {
  en: english,
  pl: {
    live: 'NA ŻYWO',
    ended: 'PO TRANSMISJI',
    soon: 'WKRÓTCE',
    name: 'Zakupy na żywo',
    hide: 'Ukryj tę transmisję',
    watchNow: 'Oglądaj i kupuj',
    lookBack: 'Zobacz, co było',
    startsIn: (units) => `Początek za ${units}`,
    startsSoon: 'Zaraz się zacznie',
    failed: 'Nie wczytało się. Naciśnij, aby spróbować jeszcze raz.',
    watching: 'ogląda',
  },
  de: {
    live: 'LIVE',
    ended: 'VORBEI',
    soon: 'BALD',
    name: 'Live-Shopping',
    hide: 'Diese Show ausblenden',
    watchNow: 'Jetzt ansehen und kaufen',
    lookBack: 'Sieh, was gezeigt wurde',
    startsIn: (units) => `Beginnt in ${units}`,
    startsSoon: 'Beginnt gleich',
    failed: 'Das hat nicht geladen. Zum Wiederholen drücken.',
    watching: 'schauen zu',
  },
};

/** The words for a BCP 47 tag, and the tag by which their figures are written. */
export function teaserWords(tag: string): TeaserWords & { locale: string } {
  const { language } = new Intl.Locale(tag);
  const found = catalogues[language];
  return { ...(found ?? english), locale: found ? tag : 'en' };
}
