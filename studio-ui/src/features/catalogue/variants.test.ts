import { describe, expect, it } from 'vitest';
import type { Product } from '../../lib/cloud/types.ts';
import { beside, draftsOf, newRow, optionNames, problemsOf, rearranged, rowsOf } from './variants.ts';

const variant = (id: string, title: string, colour: string) => ({ id, title, sku: `SKU-${id}`, price_minor: 1850, stock: 6, options: { Colour: colour } });
const cup = { currency: 'EUR', options: ['Colour'], variants: [variant('a', 'Grey', 'Grey'), variant('b', 'Sand', 'Sand')] } as unknown as Product;
const NAMES = ['Colour'];

describe('the variants in a form', () => {
  it('are sent as they are when nothing was changed, with no count that would undo a sale', () => {
    const rows = rowsOf(cup);
    expect(draftsOf(rows, NAMES, 'EUR', rows)).toEqual([
      { id: 'a', title: 'Grey', options: { Colour: 'Grey' }, price_minor: 1850, sku: 'SKU-a' },
      { id: 'b', title: 'Sand', options: { Colour: 'Sand' }, price_minor: 1850, sku: 'SKU-b' },
    ]);
  });

  it('are renamed by their options, added with a first count, and taken away', () => {
    const opened = rowsOf(cup);
    const [grey, sand] = rowsOf(cup);
    const rows = [{ ...grey!, gone: true }, { ...sand!, values: ['Stone'] }, newRow({ values: ['Blue'], price: '19.50', stock: '4' })];
    expect(draftsOf(rows, NAMES, 'EUR', opened)).toEqual([
      { id: 'b', title: 'Stone', options: { Colour: 'Stone' }, price_minor: 1850, sku: 'SKU-b' },
      { title: 'Blue', options: { Colour: 'Blue' }, price_minor: 1950, stock: 4 },
    ]);
  });

  it('have names of their own without options', () => {
    const rows = [newRow({ title: ' Small ', price: '5', stock: '0' })];
    expect(draftsOf(rows, [], 'EUR', [])).toEqual([{ title: 'Small', options: {}, price_minor: 500, stock: 0 }]);
    expect(rowsOf({ ...cup, options: [], variants: [{ ...cup.variants[0]!, title: 'Default', options: {} }] })[0]!.title).toBe('');
  });

  it('are each told what is wrong, but not those that go', () => {
    const rows = [
      newRow({ key: 'no value', price: '5', stock: '1' }),
      newRow({ key: 'twice', values: ['grey'], price: '5', stock: '1' }),
      newRow({ key: 'no price', values: ['Red'], stock: '1' }),
      newRow({ key: 'no count', values: ['Blue'], price: '5' }),
      newRow({ key: 'goes', gone: true }),
      ...rowsOf(cup),
    ];
    expect([...problemsOf(rows, NAMES, 'EUR').keys()]).toEqual(['no value', 'twice', 'no price', 'no count', 'a']);
    expect(problemsOf(rowsOf(cup), NAMES, 'EUR').size).toBe(0);
  });

  it('keep their values while the name of an option is typed, and find them when the order changes', () => {
    const rows = [newRow({ values: ['Grey', 'M'] })];
    const values = (before: string[], names: string[]) => rearranged(rows, before, names)[0]!.values;
    expect(values(['Colour', 'Size'], ['Colours', 'Size'])).toEqual(['Grey', 'M']);
    expect(values(['Colour', 'Size'], ['Size', 'Colour'])).toEqual(['M', 'Grey']);
    expect(values(['Colour', 'Size'], ['Size'])).toEqual(['M']);
    expect(values(['Colour', 'Size'], ['Colour', 'Size', 'Fit'])).toEqual(['Grey', 'M', '']);
    expect(optionNames(' Colour, Size,,Colour ')).toEqual(['Colour', 'Size']);
  });

  it('lose none that a colleague made, and bring none back that a colleague took away', () => {
    const opened = rowsOf(cup);
    const mine = [{ ...opened[0]!, price: '20' }, opened[1]!, newRow({ key: 'mine' })];
    const newer = [opened[0]!, { ...opened[0]!, id: 'c', key: 'c' }];
    expect(beside(mine, opened, newer).map(({ key }) => key)).toEqual(['a', 'mine', 'c']);
  });
});
