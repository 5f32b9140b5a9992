/** The variants of a product, as a form asks them. */
import type { Product, VariantDraft } from '../../lib/cloud/types.ts';
import { inPriceField, parsePrice, priceExample } from '../../lib/text/format.ts';
import { t } from '../../lib/text/words.ts';

/** What the fields of one say. */
export interface VariantTexts {
  /** Tells its row from others. */
  key: string;
  /** The variant that is there; null: a new one. */
  id: string | null;
  /** What it is called, where no options tell it apart. */
  title: string;
  /** Its option values, in the order of the names. */
  values: string[];
  price: string;
  sku: string;
  /** The first count of a new one; of one that is there what is left, which is moved elsewhere. */
  stock: string;
  /** It is taken away with the next save. */
  gone: boolean;
}

/** What the cloud takes of one product. */
export const MOST_VARIANTS = 100;
export const MOST_OPTIONS = 5;
/** What the cloud calls the one variant of a product without any. */
const UNNAMED = 'Default';

let made = 0;
export const newRow = (from: Partial<VariantTexts> = {}): VariantTexts => ({
  key: `new-${++made}`, id: null, title: '', values: [], price: '', sku: '', stock: '', gone: false, ...from,
});

/** As the form begins with them. */
export const rowsOf = ({ variants, options, currency }: Product): VariantTexts[] =>
  variants.map((one) => ({
    key: one.id,
    id: one.id,
    title: one.title === UNNAMED && variants.length === 1 ? '' : one.title,
    values: options.map((name) => one.options[name] ?? ''),
    price: inPriceField(one.price_minor, currency),
    sku: one.sku === one.id ? '' : one.sku,
    stock: String(one.stock),
    gone: false,
  }));

/** The names between commas. */
export const optionNames = (text: string): string[] => [...new Set(text.split(',').map((name) => name.trim()).filter(Boolean))];

const valueOf = ({ values }: VariantTexts, n: number) => (values[n] ?? '').trim();

/** What it is called: by its options, where they were chosen anew. `before`: as it was. */
function titleOf(row: VariantTexts, names: readonly string[], before: VariantTexts | undefined): string {
  if (names.length === 0) return row.title.trim();
  const same = before && before.title !== '' && names.every((_, n) => valueOf(row, n) === valueOf(before, n)) && before.values.length === names.length;
  return same ? before.title : names.map((_, n) => valueOf(row, n)).join(' / ').slice(0, 100);
}

/** What is wrong with a row, and in which field: of its names, the price or the count; `n`: which option. */
export interface RowProblem {
  words: string;
  field: 'name' | 'price' | 'stock';
  n?: number;
}

/** What is wrong with each row, by its key; rows that are taken away are never wrong. */
export function problemsOf(rows: readonly VariantTexts[], names: readonly string[], currency: string): Map<string, RowProblem> {
  const kept = rows.filter(({ gone }) => !gone);
  const identity = (row: VariantTexts) => JSON.stringify(names.length ? names.map((_, n) => valueOf(row, n).toLowerCase()) : row.title.trim().toLowerCase());
  const problem = (row: VariantTexts): RowProblem | null => {
    const empty = names.findIndex((_, n) => valueOf(row, n) === '');
    if (empty >= 0) return { words: t('variants.need_value', { name: names[empty]! }), field: 'name', n: empty };
    if (names.length === 0 && row.title.trim() === '') return { words: t('variants.need_name'), field: 'name' };
    if (kept.some((one) => one !== row && identity(one) === identity(row))) return { words: t('variants.need_difference'), field: 'name' };
    if (parsePrice(row.price, currency) === null) return { words: t('catalogue.need_price', { example: priceExample(currency) }), field: 'price' };
    return row.id || /^\d{1,9}$/.test(row.stock.trim()) ? null : { words: t('variants.need_stock'), field: 'stock' };
  };
  return new Map(kept.map((row) => [row.key, problem(row)] as const).filter((pair): pair is [string, RowProblem] => pair[1] !== null));
}

/** All of them anew, as the cloud takes them. Call it with rows that were checked. */
export function draftsOf(rows: readonly VariantTexts[], names: readonly string[], currency: string, before: readonly VariantTexts[]): VariantDraft[] {
  return rows
    .filter(({ gone }) => !gone)
    .map((row) => {
      const was = before.find(({ id }) => id !== null && id === row.id);
      return {
        ...(row.id && { id: row.id }),
        title: titleOf(row, names, was),
        options: Object.fromEntries(names.map((name, n) => [name, valueOf(row, n)])),
        price_minor: parsePrice(row.price, currency)!,
        ...(row.sku.trim() && { sku: row.sku.trim() }),
        ...(!row.id && { stock: Number(row.stock) }),
      };
    });
}

/**
 * Rows that somebody changed, beside what a colleague made of them meanwhile (`newer`): variants that are new there stay, and one that
 * is gone there is not brought back.
 */
export function beside(mine: readonly VariantTexts[], opened: readonly VariantTexts[], newer: readonly VariantTexts[]): VariantTexts[] {
  const known = (rows: readonly VariantTexts[], id: string | null) => rows.some((one) => one.id === id);
  const kept = mine.filter(({ id }) => id === null || known(newer, id));
  return [...kept, ...newer.filter(({ id }) => !known(opened, id))];
}

/** Their values where names of options come, go or change their order. */
export function rearranged(rows: readonly VariantTexts[], before: readonly string[], names: readonly string[]): VariantTexts[] {
  // A name that is typed letter by letter is the same option under another name.
  const renamed = before.length === names.length;
  return rows.map((row) => ({ ...row, values: names.map((name, n) => (renamed && !before.includes(name) ? row.values[n] : row.values[before.indexOf(name)]) ?? '') }));
}
