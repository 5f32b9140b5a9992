import { describe, expect, it } from 'vitest';
import { columnsOf, csvCell, formatOf, isUncounted, missing } from './columns.ts';

describe('a list before it is sent', () => {
  it('shows what its columns are read as, with quotes and breaks in cells', () => {
    const head = '\uFEFFid;Title;Variant Price;Colour\r\n1;"Linen; ""warm""\n shirt";45,00;\r\n2;Hat;39,00;straw\r\n';
    expect(columnsOf(head)).toEqual([
      { name: 'id', field: 'id', example: '1' },
      { name: 'Title', field: 'title', example: 'Linen; "warm"\n shirt' },
      { name: 'Variant Price', field: 'price', example: '45,00' },
      { name: 'Colour', field: 'option', example: 'straw' },
    ]);
  });

  it('knows what the cloud knows, and bars between columns', () => {
    const head = '"Title | en"|Option1 Name|Option1 Value|Tags|vitrine_variant_id|External IDs|Body (HTML)|Price|Vendor|id\nHat|Size|M|summer|v|x|b|39|a|1\n';
    const fields = columnsOf(head).map(({ field }) => field);
    expect(fields).toEqual([null, 'option_name', 'option', 'tags', 'vitrine_variant_id', 'external_ids', 'description', 'price', null, 'id']);
  });

  it('names what it cannot do without', () => {
    expect(missing(columnsOf('g:id,title,price\n'))).toEqual([]);
    expect(missing(columnsOf('name,colour\nHat,red\n'))).toEqual(['price', 'id']);
  });

  it('knows what a German spreadsheet has saved', () => {
    const columns = columnsOf('sep=;\r\nArtikelnummer;Bezeichnung;Preis;Bestand;Größe\r\nA-1;Schal;12,90;4;M\r\n');
    expect(columns.map(({ field }) => field)).toEqual(['sku', 'title', 'price', 'stock', 'option']);
    expect(missing(columns)).toEqual([]);
  });

  it('tells that nobody counts what is new', () => {
    expect(isUncounted(columnsOf('id,title,price,link\n1,Hat,39,https://x\n'))).toBe(true);
    expect(isUncounted(columnsOf('id,title,price,quantity\n1,Hat,39,4\n'))).toBe(false);
    expect(isUncounted([]), 'of no columns nothing is known').toBe(false);
  });

  it.each([
    ['a.csv', '', 'csv'],
    ['a.XML', '', 'xml'],
    ['a.jsonl', '', 'json'],
    ['a', ' <rss>', 'xml'],
    ['a', '[{', 'json'],
    ['a', 'id,title', 'csv'],
  ])('%s is told by its name, or else by how it begins: %s', (name, head, format) => expect(formatOf(name, head)).toBe(format));

  it('keeps a report from running in a table program', () => {
    expect(csvCell('=1+1')).toBe("'=1+1");
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  });
});
