import { describe, expect, it, vi } from 'vitest';
import { Cloud } from '../cloud/cloud.ts';
import type { Product } from '../cloud/types.ts';
import type { Backend } from '../ipc/backend.ts';
import { Choosing } from './choosing.svelte.ts';

/** A catalogue of 6,000, the newest first, in a cloud that reads `id` and `q`, or does not yet. */
function shop({ reads }: { reads: boolean }) {
  const all = Array.from({ length: 6_000 }, (_, n) => ({ id: `p${n}`, title: `Thing ${n}.` }) as Product);
  const asked: string[] = [];
  let [now, most] = [0, 0];
  const answer = (status: number, body: unknown) => ({ status, body: JSON.stringify(body), etag: null });
  const backend = {
    cloudFetch: async (_method: string, path: string) => {
      asked.push(path);
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      const [address, search] = path.split('?');
      const id = address!.split('/')[5];
      const one = all.find((product) => product.id === id);
      if (id) return one ? answer(200, one) : answer(404, { code: 'not_found' });
      const query = new URLSearchParams(search);
      const [ids, words] = [query.getAll('id'), query.get('q')];
      const fits = all.filter((product) => (!reads || !ids.length || ids.includes(product.id)) && (!reads || !words || product.title.toLowerCase().includes(words)));
      const from = Number(query.get('after') ?? 0);
      const end = from + Number(query.get('limit') ?? 50);
      return answer(200, { items: fits.slice(from, end), next: end < fits.length ? String(end) : null });
    },
  };
  return { cloud: new Cloud(backend as unknown as Backend, 'o'), asked, atOnce: () => most };
}

const LINEUP = ['p5900', 'p3', 'gone', ...Array.from({ length: 140 }, (_, n) => `p${5_000 + n}`)];

describe('products of a line-up in a long catalogue', () => {
  it.each([true, false])('are found by their ids, whether the cloud reads several at once (%s) or not', async (reads) => {
    const { cloud, asked, atOnce } = shop({ reads });
    const found = await cloud.productsOf(LINEUP);
    expect(found.map(({ id }) => id).sort()).toEqual(LINEUP.filter((id) => id !== 'gone').sort());
    expect(asked.length).toBeLessThanOrEqual(reads ? 2 : LINEUP.length + 2);
    expect(atOnce(), 'a few at a time').toBeLessThanOrEqual(12);
  });

  it('are none of an empty line-up, and nothing is asked', async () => {
    const { cloud, asked } = shop({ reads: true });
    expect(await cloud.productsOf([])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('fail as a whole when one cannot be had', async () => {
    const cloud = new Cloud({ cloudFetch: async () => ({ status: 503, body: '{"code":"busy"}', etag: null }) } as unknown as Backend, 'o');
    await expect(cloud.productsOf(['a'])).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('choosing from a long catalogue', () => {
  it('says that it shows the newest, and knows what was chosen before', async () => {
    const { cloud } = shop({ reads: false });
    const choosing = new Choosing(cloud, () => ['p5900', 'p3']);
    await choosing.loaded.reload();
    expect(choosing.loaded.value).toMatchObject({ whole: false });
    expect(choosing.products).toHaveLength(5_001);
    expect(choosing.matching('THING 5900').map(({ id }) => id)).toEqual(['p5900']);
  });

  it.each([
    [true, ['p5777']],
    [false, []],
  ])('finds older ones where the cloud searches (%s)', async (reads, ids) => {
    vi.useFakeTimers();
    const { cloud, asked } = shop({ reads });
    const choosing = new Choosing(cloud);
    await choosing.loaded.reload();
    const before = asked.length;
    for (const typed of ['thing', 'thing 57', 'thing 5777.']) choosing.search(typed);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.length, 'once nothing more is typed').toBe(before + 1);
    expect(choosing.matching('Thing 5777.').map(({ id }) => id)).toEqual(ids);
    choosing.stop();
    vi.useRealTimers();
  });
});
