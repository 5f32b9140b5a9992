import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cloud, ProductsAsked } from '../cloud/cloud.ts';
import type { Product } from '../cloud/types.ts';
import { CommandFailure } from '../ipc/backend.ts';
import { Shelf } from './shelf.svelte.ts';

const product = (id: string, title = id): Product => ({ id, title, tags: [] as string[] }) as Product;
const all = Array.from({ length: 5 }, (_, n) => product(`p${n}`));

/** A cloud that gives two at a time, and what it was asked. */
function shelf(kept: Product[] = all) {
  const asked: ProductsAsked[] = [];
  const cloud = {
    productPage: async (what: ProductsAsked, after: string | null) => {
      asked.push(what);
      const found = kept.filter(({ title }) => title.includes(what.words ?? ''));
      const from = Number(after ?? 0);
      return { items: found.slice(from, from + 2), next: from + 2 < found.length ? String(from + 2) : null };
    },
    product: async (id: string) => {
      const found = kept.find((one) => one.id === id);
      if (!found) throw new CommandFailure({ code: 'not_found', message: '', retryable: false });
      return found;
    },
  };
  return { shelf: new Shelf(cloud as unknown as Cloud), asked };
}
const ids = ({ list }: Shelf) => list.items.map(({ id }) => id);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the catalogue that somebody looks through', () => {
  it('asks once for what was typed, and not for a tag beside it', async () => {
    const { shelf: one, asked } = shelf();
    one.choose('summer');
    await vi.runAllTimersAsync();
    for (const words of ['p', 'p3', 'p3 ']) one.search(words);
    await vi.runAllTimersAsync();
    expect(asked).toEqual([{ tag: 'summer', words: null }, { tag: null, words: 'p3' }]);
    expect(ids(one)).toEqual(['p3']);
    one.search('');
    await vi.runAllTimersAsync();
    expect(ids(one)).toEqual(['p0', 'p1']);
  });

  it('stays as far as it was loaded when one product is changed, made or gone', async () => {
    const kept = [...all];
    const { shelf: one } = shelf(kept);
    await one.list.reload();
    await one.list.more();
    kept[1] = product('p1', 'renamed');
    await one.refresh('p1');
    one.put(product('new'));
    expect(one.list.items.map(({ title }) => title)).toEqual(['new', 'p0', 'renamed', 'p2', 'p3']);
    kept.splice(2, 1);
    await one.refresh('p2');
    expect(ids(one)).toEqual(['new', 'p0', 'p1', 'p3']);
    expect(one.list.goesOn, 'and can be read further').toBe(true);
  });
});
