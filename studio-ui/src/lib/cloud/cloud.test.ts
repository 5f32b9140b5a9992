import { describe, expect, it } from 'vitest';
import type { Backend, CloudAnswer } from '../ipc/backend.ts';
import { Cloud } from './cloud.ts';
import type { Product } from './types.ts';

function cloudAnswering(answer: CloudAnswer) {
  const asked: unknown[] = [];
  const backend = {
    cloudFetch: (...request: unknown[]) => {
      asked.push(request);
      return Promise.resolve(answer);
    },
  } as unknown as Backend;
  return { cloud: new Cloud(backend, 'org-1'), asked };
}

describe('the second lane', () => {
  it('asks below its organisation', async () => {
    const { cloud, asked } = cloudAnswering({ status: 200, body: '{"id":"s"}' });
    await cloud.setLineup('show-1', [{ kind: 'coupon', coupon_id: 'c' }]);
    expect(asked).toEqual([
      ['PUT', '/v1/orgs/org-1/shows/show-1/lineup', '{"items":[{"kind":"coupon","coupon_id":"c"}]}'],
    ]);
  });

  it('moves a count by what the form changed, so that what is sold meanwhile stays sold', async () => {
    const { cloud, asked } = cloudAnswering({ status: 200, body: '{}' });
    const seen = { id: 'p', variants: [{ id: 'v', stock: 5, owed: 0 }] } as unknown as Product;
    await cloud.changeProduct(seen, { title: 'Warm scarf', stock: 3 });
    expect(asked).toEqual([
      ['PATCH', '/v1/orgs/org-1/products/p', '{"title":"Warm scarf"}'],
      ['POST', '/v1/orgs/org-1/products/p/variants/v/stock-changes', '{"delta":-2,"reason":"correction"}'],
      ['GET', '/v1/orgs/org-1/products/p', null],
    ]);
    expect(await cloud.changeProduct(seen, {})).toBe(seen);
    expect(asked.length).toBe(3);
  });

  it('reads a list to its last page', async () => {
    const pages: Record<string, string> = {
      '/v1/orgs/o/products?limit=200': '{"items":[1,2],"next":"a b"}',
      '/v1/orgs/o/products?limit=200&after=a%20b': '{"items":[3],"next":null}',
    };
    const backend = {
      cloudFetch: (_method: string, path: string) =>
        Promise.resolve({ status: 200, body: pages[path] ?? '' }),
    } as unknown as Backend;
    expect(await new Cloud(backend, 'o').products()).toEqual([1, 2, 3]);
  });

  it('turns problem+json into a failure with its code', async () => {
    const body = JSON.stringify({ status: 409, code: 'conflict', detail: 'Load it again.', retryable: true });
    const { cloud } = cloudAnswering({ status: 409, body });
    await expect(cloud.shows()).rejects.toMatchObject({ code: 'conflict', retryable: true });
  });

  it('blames the far side for what is no JSON', async () => {
    const { cloud } = cloudAnswering({ status: 502, body: '<html>' });
    await expect(cloud.shows()).rejects.toMatchObject({ code: 'far_side' });
  });

  it('takes an empty answer', async () => {
    const { cloud } = cloudAnswering({ status: 204, body: '' });
    await expect(cloud.deleteShow('s')).resolves.toBeUndefined();
  });
});
