/** How a list is read, as a form asks it. */
import type { ListOptions, ListReading } from '../../lib/cloud/imports.ts';
import { t, words, type Word } from '../../lib/text/words.ts';
import { languageOf, marketOf } from '../../lib/text/places.ts';

/** What the fields say. */
export interface ReadingTexts {
  source: string;
  currency: string;
  shop_url: string;
  stock: 'keep' | 'replace';
  missing: 'keep' | 'hide';
  /** `adds`: it has words and prices for the products of the list `adds_to`, and makes none. */
  kind: 'products' | 'adds';
  adds_to: string;
  language: string;
  market: string;
}

/** How often a list is fetched (minutes); 0: once. */
export const EVERY = [0, 60, 360, 1440, 10080] as const;

/** How often that is, in words. */
export function often(minutes: number): string {
  if (minutes === 0) return t('list.every_once');
  const word = `list.every_${minutes}`;
  return word in words ? t(word as Word) : t('list.every_m', { n: minutes });
}

/** The fields of a list that is read so. */
export function textsOf(source: string, options: ListOptions): ReadingTexts {
  return {
    source,
    currency: options.currency ?? '',
    shop_url: options.shop_url ?? '',
    stock: options.stock === 'replace' ? 'replace' : 'keep',
    missing: options.missing ?? 'keep',
    kind: options.adds_to ? 'adds' : 'products',
    adds_to: options.adds_to ?? 'main',
    language: options.language ?? '',
    market: options.market ?? '',
  };
}

/** What is wrong with them; empty words where nothing is. */
export function problemsOf({ source, currency, shop_url, kind, adds_to, language, market }: ReadingTexts) {
  const adds = kind === 'adds';
  return {
    source: source.trim() === '' ? t('list.need_source') : adds && source.trim() === adds_to.trim() ? t('list.need_other_source') : '',
    currency: currency.trim() === '' || /^[A-Za-z]{3}$/.test(currency.trim()) ? '' : t('list.need_currency'),
    shop_url: adds || shop_url.trim() === '' || isAddress(shop_url) ? '' : t('catalogue.need_url'),
    adds_to: adds && adds_to.trim() === '' ? t('list.need_source') : '',
    language: !adds || language.trim() === '' || languageOf(language) ? '' : t('locals.need_language'),
    market: !adds || market.trim() === '' || marketOf(market) ? '' : t('locals.need_market'),
  };
}

export const isAddress = (text: string): boolean => /^https?:\/\/[^\s/@]+(\/\S*)?$/.test(text.trim());

/** What they mean. */
export function readingOf({ source, currency, shop_url, stock, missing, kind, adds_to, language, market }: ReadingTexts): ListReading {
  const options: ListOptions =
    kind === 'adds'
      ? { adds_to: adds_to.trim(), language: languageOf(language), market: marketOf(market) }
      : { shop_url: shop_url.trim() || null, stock, missing };
  return { source: source.trim(), options: { currency: currency.trim().toUpperCase() || null, ...options } };
}
