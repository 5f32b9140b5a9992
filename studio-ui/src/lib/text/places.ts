/** Languages and countries: as a person types them, as the cloud keeps them, and by their names. */
import { t } from './words.ts';

const names = (type: 'language' | 'region') => new Intl.DisplayNames(undefined, { type, fallback: 'none' });

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
