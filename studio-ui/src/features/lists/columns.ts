/** A first look at a list, before it is sent. The cloud reads it anew, and has the last word. */
import type { ListFormat } from '../../lib/cloud/imports.ts';

/** What a column is read as, in the words of `field.*`. */
const NAMES: Record<string, readonly string[]> = {
  id: ['id', 'external_id', 'product_id', 'offer_id', 'offerid'],
  group: ['item_group_id', 'itemgroupid', 'group_id', 'handle'],
  title: [
    'title', 'name', 'product_title', 'titel', 'bezeichnung', 'artikelbezeichnung', 'artikelname', 'produktname', 'produkt', 'titre', 'nom', 'nom_du_produit',
  ],
  description: ['description', 'body_html', 'beschreibung', 'artikelbeschreibung', 'produktbeschreibung'],
  link: ['link', 'url', 'product_url', 'produktlink', 'produkt_url', 'lien'],
  price: ['price', 'variant_price', 'regular_price', 'preis', 'verkaufspreis', 'vk_preis', 'bruttopreis', 'prix', 'prix_de_vente'],
  sale_price: ['sale_price', 'saleprice', 'angebotspreis', 'aktionspreis', 'sonderpreis', 'prix_promo'],
  compare_at: ['compare_at', 'compare_at_price', 'variant_compare_at_price', 'streichpreis', 'prix_barré'],
  currency: ['currency', 'währung', 'waehrung', 'devise'],
  stock: [
    'quantity', 'stock', 'inventory', 'inventory_quantity', 'variant_inventory_qty', 'sell_on_google_quantity', 'bestand', 'lagerbestand', 'menge', 'anzahl',
    'stückzahl', 'quantité', 'quantite',
  ],
  availability: ['availability', 'verfügbarkeit', 'disponibilité'],
  variant: ['variant', 'variant_title', 'variante'],
  sku: ['sku', 'variant_sku', 'artikelnummer', 'artikelnr', 'artikel_nr', 'art_nr', 'référence', 'reference'],
  status: ['status'],
  option: ['color', 'colour', 'size', 'material', 'pattern', 'farbe', 'größe', 'groesse', 'couleur', 'taille', ...[1, 2, 3, 4, 5].flatMap((n) => [`option${n}`, `option${n}_value`])],
  option_name: [1, 2, 3, 4, 5].map((n) => `option${n}_name`),
  tags: ['tags', 'schlagworte', 'schlagwörter'],
  sale_dates: ['sale_price_effective_date'],
  vitrine_id: ['vitrine_id'],
  vitrine_variant_id: ['vitrine_variant_id'],
  external_ids: ['external_ids'],
};

export interface ColumnSeen {
  name: string;
  /** What it is read as; null: it is not used. */
  field: string | null;
  /** The first cell below it that holds something. */
  example: string;
}

/** How a file is written, by its name or else by how it begins. */
export function formatOf(name: string, head: string): ListFormat {
  const ending = /\.([a-z]+)$/.exec(name.toLowerCase())?.[1] ?? '';
  if (['xml', 'rss', 'atom'].includes(ending)) return 'xml';
  if (['json', 'ndjson', 'jsonl'].includes(ending)) return 'json';
  if (['csv', 'tsv', 'txt'].includes(ending)) return 'csv';
  return /^\s*</.test(head) ? 'xml' : /^\s*[[{]/.test(head) ? 'json' : 'csv';
}

/** The columns of a CSV list, and what they are read as. */
export function columnsOf(head: string): ColumnSeen[] {
  const [names = [], ...rows] = rowsOf(head.replace(/^\uFEFF/, ''), 12);
  return names.map((name, n) => ({
    name: name.trim(),
    field: fieldOf(name),
    example: (rows.map((row) => row[n]?.trim() ?? '').find(Boolean) ?? '').slice(0, 80),
  }));
}

/** What a list cannot do without and does not have. */
export function missing(columns: readonly ColumnSeen[]): string[] {
  const has = (...fields: string[]) => columns.some(({ field }) => field !== null && fields.includes(field));
  return [...(has('title') ? [] : ['title']), ...(has('price') ? [] : ['price']), ...(has('id', 'group', 'sku') ? [] : ['id'])];
}

/** Whether no column says how many there are: what is new is sold without a count then. */
export const isUncounted = (columns: readonly ColumnSeen[]): boolean =>
  columns.length > 0 && !columns.some(({ field }) => field === 'stock' || field === 'availability');

function fieldOf(name: string): string | null {
  const plain = name.trim().toLowerCase().replace(/^[gc]:/, '').replace(/[()"\uFEFF]/g, '').replace(/[ _.-]+/g, '_');
  return Object.entries(NAMES).find(([, names]) => names.includes(plain))?.[0] ?? null;
}

/** The first rows, split by whichever mark stands most often in the first line; the last may be cut off and is left out. */
function rowsOf(text: string, most: number): string[][] {
  // So spreadsheets say what stands between the columns.
  const said = /^sep=([,;\t|])\r?\n/i.exec(text);
  if (said) return rowsBy(said[1]!, text.slice(said[0].length), most);
  const first = text.slice(0, text.search(/\r?\n|$/)).replace(/"[^"]*"/g, '');
  const [mark = ','] = [',', ';', '\t', '|'].sort((a, b) => first.split(b).length - first.split(a).length);
  return rowsBy(mark, text, most);
}

function rowsBy(mark: string, text: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const sign = text[at]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') cell += text[++at]!;
      else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === mark) [row, cell] = [[...row, cell], ''];
    else if (sign === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      [row, cell] = [[], ''];
    } else cell += sign;
  }
  return rows.length ? rows : [[...row, cell]];
}

/** A cell that every table program reads as the text that it is. */
export function csvCell(text: string): string {
  // What begins like a formula would be run.
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
