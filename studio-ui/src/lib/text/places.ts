/** Languages and countries: as a person types them, as the cloud keeps them, and by their names. */
import { t } from './words.ts';

const named = { language: nameList('language'), region: nameList('region') };
function nameList(type: 'language' | 'region') {
  return new Intl.DisplayNames(undefined, { type, fallback: 'none' });
}
const names = (type: 'language' | 'region') => named[type];

/** The tag as the cloud keeps it; null when it is none. */
export function languageOf(text: string): string | null {
  try {
    const tag = Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0];
    return tag && /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?(-[a-z\d]{4,8})*$/.test(tag) ? tag : null;
  } catch {
    return null;
  }
}

/** `German`, `Brazilian Portuguese`; the tag where it has no name. */
export function languageName(tag: string): string {
  try {
    return names('language').of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The country of two letters, in capitals; null when it is none. */
export function marketOf(text: string): string | null {
  const code = text.trim().toUpperCase();
  return /^[A-Z]{2}$/.test(code) && !/^(ZZ|EU|UN|EZ|XK|Q[M-Z]|X[A-Z])$/.test(code) && names('region').of(code) ? code : null;
}

/** `Austria`; everywhere without one. */
export const marketName = (code: string | null | undefined): string => (code ? (names('region').of(code) ?? code) : t('locals.everywhere'));

export interface PlaceChoice {
  value: string;
  label: string;
}
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const byName = (all: PlaceChoice[]): PlaceChoice[] => all.sort((a, b) => a.label.localeCompare(b.label));
/** Made when it is asked for first. */
const once = (make: () => PlaceChoice[]): (() => readonly PlaceChoice[]) => {
  let made: PlaceChoice[] | undefined;
  return () => (made ??= make());
};

/** The languages of two letters, by their names. Codes that others have replaced are left out. */
export const languageChoices = once(() => {
  const known = names('language');
  const nameOf = (tag: string) => (Intl.getCanonicalLocales(tag)[0] === tag ? known.of(tag) : undefined);
  return byName(PAIRS.map((value) => ({ value, label: nameOf(value) ?? '' })).filter(({ label }) => label !== ''));
});

/** The countries, by their names. */
export const marketChoices = once(() => {
  const current = PAIRS.map((pair) => pair.toUpperCase()).filter((code) => Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`);
  return byName(current.filter((code) => marketOf(code) !== null).map((value) => ({ value, label: marketName(value) })));
});
