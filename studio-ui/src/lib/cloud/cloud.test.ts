import { describe, expect, it } from 'vitest';
import type { Backend, CloudAnswer, CloudHeaders } from '../ipc/backend.ts';
import { Cloud } from './cloud.ts';
import { Intent } from './intent.ts';
import { Overtaken } from './stale.ts';
import type { Product } from './types.ts';

/** Answers one after another, the last again and again. */
function cloudAnswering(...answers: Omit<CloudAnswer, 'etag'>[]) {
  const asked: unknown[][] = [];
  const backend = {
    cloudFetch: (...request: unknown[]) => {
      asked.push(request);
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      return answer.status ? Promise.resolve({ ...answer, etag: null }) : Promise.reject(new Error('no answer'));
    },
  } as unknown as Backend;
  return { cloud: new Cloud(backend, 'org-1'), asked };
}

describe('the second lane', () => {
  it('asks below its organisation', async () => {
    const { cloud, asked } = cloudAnswering({ status: 200, body: '{"id":"s"}' });
    await cloud.setLineup('show-1', [{ kind: 'coupon', coupon_id: 'c' }]);
    expect(asked).toEqual([
      ['PUT', '/v1/orgs/org-1/shows/show-1/lineup', '{"items":[{"kind":"coupon","coupon_id":"c"}]}', { idempotencyKey: null, ifMatch: null }],
    ]);
  });

  it('moves a count once, however often the same pressing is sent', async () => {
    const { cloud, asked } = cloudAnswering({ status: 0, body: '' }, { status: 201, body: '{}' });
    const intent = new Intent();
    const move = (delta: number) => cloud.moveStock('p', 'v', { delta, reason: 'received' }, intent);
    await expect(move(3)).rejects.toThrow();
    await move(3);
    await move(4);
    const keys = asked.map(([, , , headers]) => (headers as CloudHeaders).idempotencyKey);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2], 'another number is another move').not.toBe(keys[0]);
    await cloud.createCoupon({ code: 'A', title: 'a' });
    await cloud.createCoupon({ code: 'A', title: 'a' });
    const [first, second] = asked.slice(3).map(([, , , headers]) => (headers as CloudHeaders).idempotencyKey);
    expect(first, 'pressed again, it is meant again').not.toBe(second);
  });

  it('asks anew after a refusal, and with the same key while nobody knows how it ended', async () => {
    const inProgress = { status: 409, body: '{"code":"idempotency_in_progress"}' };
    const refused = { status: 409, body: '{"code":"plan_limit"}' };
    const { cloud, asked } = cloudAnswering({ status: 0, body: '' }, { status: 503, body: '{}' }, inProgress, refused, { status: 201, body: '{}' });
    const intent = new Intent();
    const press = () => cloud.createShow({ title: 'Weekly show', scheduled_at: null, planned_end_at: null }, intent).catch(() => null);
    for (let n = 0; n < 5; n++) await press();
    const keys = asked.map(([, , , headers]) => (headers as CloudHeaders).idempotencyKey);
    expect(new Set(keys.slice(0, 4)).size).toBe(1);
    expect(keys[4], 'the plan is larger by now').not.toBe(keys[3]);
  });

  const product = (more: object) => JSON.stringify({ id: 'p', title: 'Scarf', stock: 5, variants: [{ id: 'v', stock: 5, owed: 0 }], version: 3, ...more });
  const seen = JSON.parse(product({})) as Product;

  it('changes what was seen; what was sold meanwhile does not matter', async () => {
    const sold = product({ stock: 4, variants: [{ id: 'v', stock: 4, owed: 0 }], version: 4 });
    const { cloud, asked } = cloudAnswering({ status: 412, body: '{}' }, { status: 200, body: sold }, { status: 200, body: '{}' });
    await cloud.changeProduct(seen, { title: 'Warm scarf' });
    expect(asked.map(([method, , body, headers]) => [method, body, (headers as CloudHeaders).ifMatch])).toEqual([
      ['PATCH', '{"title":"Warm scarf"}', '"3"'],
      ['GET', null, null],
      ['PATCH', '{"title":"Warm scarf"}', '"4"'],
    ]);
  });

  it('writes over nobody: what somebody changed meanwhile is handed out', async () => {
    const { cloud, asked } = cloudAnswering({ status: 412, body: '{}' }, { status: 200, body: product({ title: 'Wool scarf', version: 4 }) });
    const failure: unknown = await cloud.changeProduct(seen, { title: 'Warm scarf' }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Overtaken);
    expect((failure as Overtaken<Product>).fresh).toMatchObject({ title: 'Wool scarf', version: 4 });
    expect(asked.length).toBe(2);
  });

  it('reads a list to its last page', async () => {
    const pages: Record<string, string> = {
      '/v1/orgs/o/products?limit=200': '{"items":[1,2],"next":"a b"}',
      '/v1/orgs/o/products?limit=200&after=a%20b': '{"items":[3],"next":null}',
    };
    const backend = {
      cloudFetch: (_method: string, path: string) =>
        Promise.resolve({ status: 200, body: pages[path] ?? '', etag: null }),
    } as unknown as Backend;
    expect(await new Cloud(backend, 'o').products()).toEqual({ items: [1, 2, 3], whole: true });
  });

  it('turns problem+json into a failure with its code', async () => {
    const body = JSON.stringify({ status: 409, code: 'conflict', detail: 'Load it again.', retryable: true });
    const { cloud } = cloudAnswering({ status: 409, body });
    await expect(cloud.shows()).rejects.toMatchObject({ code: 'conflict', retryable: true });
  });

  it('says the numbers of what the plan has no more of', async () => {
    const plan_limit = { limit: 'seats', allowed: 3, used: 3 };
    const { cloud } = cloudAnswering({ status: 403, body: JSON.stringify({ status: 403, code: 'plan_limit', detail: 'no more', plan_limit }) });
    await expect(cloud.shows()).rejects.toMatchObject({ code: 'plan_limit', message: expect.stringContaining('Your plan has 3 members') as string });
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
