import { describe, expect, it, vi } from 'vitest';
import type { Cloud } from '../cloud/cloud.ts';
import type { LineupItem, Show } from '../cloud/types.ts';
import { RunOfShow } from './run-of-show.svelte.ts';

const item = (id: string): LineupItem => ({ kind: 'product', product_id: id });

/** A show of three products in a cloud that answers a PUT when `answer` says so. */
async function desk() {
  let lineup = ['a', 'b', 'c'].map(item);
  const puts: { items: LineupItem[]; answer: (refusal?: Error) => Promise<void> }[] = [];
  const show = () => ({ id: 'show', lineup }) as Show;
  const cloud = {
    show: async () => show(),
    productsOf: async () => [],
    coupons: async () => [],
    setLineup: (_id: string, items: LineupItem[]) =>
      new Promise<Show>((done, fail) => {
        const answer = async (refusal?: Error) => {
          if (refusal) fail(refusal);
          else done(((lineup = items), show()));
          await vi.waitFor(() => Promise.resolve());
        };
        puts.push({ items, answer });
      }),
  };
  const run = new RunOfShow(cloud as unknown as Cloud, 'show');
  await run.loaded.reload();
  const shown = () => run.entries.map((entry) => entry.id).join('');
  /** What a press on an entry's cross does. */
  const remove = (id: string) => run.setLineup(run.entries.filter((entry) => entry.id !== id).map((entry) => item(entry.id)));
  return { run, puts, shown, remove };
}

describe('line-up edits', () => {
  it('two quick removals both stand, sent one after the other', async () => {
    const { puts, shown, remove } = await desk();
    const first = remove('a');
    void remove('b');
    expect(shown()).toBe('c');
    expect(puts).toHaveLength(1);
    await puts[0]!.answer();
    expect(shown()).toBe('c');
    expect(puts.at(-1)!.items).toEqual([item('c')]);
    await puts[1]!.answer();
    await first;
    expect(shown()).toBe('c');
    expect(puts).toHaveLength(2);
  });

  it('a reload in between does not bring a removed entry back', async () => {
    const { run, puts, shown, remove } = await desk();
    const first = remove('a');
    await run.loaded.reload();
    expect(shown()).toBe('bc');
    await puts[0]!.answer();
    await first;
    expect(shown()).toBe('bc');
  });

  it('of those that wait the newest alone is sent', async () => {
    const { run, puts } = await desk();
    const first = run.setLineup([item('b')]);
    void run.setLineup([item('c')]);
    void run.setLineup([item('a')]);
    await puts[0]!.answer();
    await puts[1]!.answer();
    await first;
    expect(puts.map((put) => put.items)).toEqual([[item('b')], [item('a')]]);
  });

  it('a refused list gives the last taken one back, and says so', async () => {
    const { puts, shown, remove } = await desk();
    const first = remove('a');
    void remove('b');
    await puts[0]!.answer();
    const told = expect(first).rejects.toThrow('conflict');
    await puts[1]!.answer(new Error('conflict'));
    await told;
    expect(shown()).toBe('bc');
  });
});
