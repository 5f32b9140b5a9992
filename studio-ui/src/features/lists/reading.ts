/** How a list is read, as a form asks it. */
import type { ListReading } from '../../lib/cloud/imports.ts';
import { t, words, type Word } from '../../lib/text/words.ts';

/** What the fields say. */
export interface ReadingTexts {
  source: string;
  currency: string;
  shop_url: string;
  stock: 'keep' | 'replace';
  missing: 'keep' | 'hide';
}

/** How often a list is fetched (minutes); 0: once. */
export const EVERY = [0, 60, 360, 1440, 10080] as const;

/** How often that is, in words. */
export function often(minutes: number): string {
  if (minutes === 0) return t('list.every_once');
  const word = `list.every_${minutes}`;
  return word in words ? t(word as Word) : t('list.every_m', { n: minutes });
}

/** What is wrong with them; empty words where nothing is. */
export function problemsOf({ source, currency, shop_url }: ReadingTexts) {
  return {
    source: source.trim() === '' ? t('list.need_source') : '',
    currency: currency.trim() === '' || /^[A-Za-z]{3}$/.test(currency.trim()) ? '' : t('list.need_currency'),
    shop_url: shop_url.trim() === '' || isAddress(shop_url) ? '' : t('catalogue.need_url'),
  };
}

export const isAddress = (text: string): boolean => /^https?:\/\/[^\s/@]+(\/\S*)?$/.test(text.trim());

/** What they mean. */
export function readingOf({ source, currency, shop_url, stock, missing }: ReadingTexts): ListReading {
  const options = { currency: currency.trim().toUpperCase() || null, shop_url: shop_url.trim() || null, stock, missing };
  return { source: source.trim(), options };
}
