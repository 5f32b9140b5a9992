import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../ipc/fake.ts';
import { ORG, SHOW } from '../ipc/fake/seed.ts';
import { Cloud } from '../cloud/cloud.ts';
import { Clock } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';
import { Sales } from './sales.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function shop(orders: number) {
  const backend = new FakeBackend({ crowd: false, latencyMs: 1 });
  const sell = (n: number) => {
    for (let i = 0; i < n; i++) backend.cloud.order(SHOW, Date.now() + i, 0);
  };
  for (const product of backend.cloud.products) product.stock = 10_000;
  sell(orders);
  return { backend, sell, cloud: new Cloud(backend, ORG) };
}
const moment = () => vi.advanceTimersByTimeAsync(200);

describe('what was sold', () => {
  it('is what the cloud counts, beyond what a window ever heard', async () => {
    const { backend, cloud } = shop(700);
    const sales = new Sales(cloud, { show: SHOW });
    sales.soon();
    await moment();
    const { totals, orders } = sales.loaded.value!;
    expect(totals.orders).toBe(700);
    expect(totals.sums[0]!.total_minor).toBe(700 * backend.cloud.orders.at(-1)!.total_minor);
    expect(orders).toHaveLength(50);
    expect(orders[0]!.id).toBe(backend.cloud.orders.at(-1)!.id);
    sales.stop();
  });

  it('is asked for once a second, however fast it sells, and never left behind', async () => {
    const { backend, sell, cloud } = shop(0);
    const asked = vi.spyOn(backend, 'cloudFetch');
    const sales = new Sales(cloud, { show: SHOW });
    for (let i = 0; i < 400; i++) {
      sell(1);
      sales.soon();
      await vi.advanceTimersByTimeAsync(10);
    }
    // Four seconds: two questions each second.
    expect(asked.mock.calls.length).toBeLessThanOrEqual(10);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sales.loaded.value!.totals.orders).toBe(400);
    const settled = asked.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.mock.calls.length).toBe(settled);
    sales.stop();
  });

  it('is asked for again by itself when the cloud could not be reached', async () => {
    const { backend, cloud } = shop(3);
    const sales = new Sales(cloud, { show: SHOW });
    vi.spyOn(backend, 'cloudFetch').mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'));
    sales.soon();
    await moment();
    expect(sales.loaded.error).not.toBeNull();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(sales.loaded.error).toBeNull();
    expect(sales.loaded.value!.totals.orders).toBe(3);
    sales.stop();
  });

  it('goes on to older orders', async () => {
    const { cloud } = shop(120);
    const sales = new Sales(cloud, {});
    sales.soon();
    await moment();
    for (let page = 0; page < 5; page++) {
      const more = sales.more();
      await moment();
      await more;
    }
    const orders = sales.loaded.value!.orders;
    expect(new Set(orders.map((order) => order.id)).size).toBe(orders.length);
    expect(orders).toHaveLength(sales.loaded.value!.totals.orders);
    sales.stop();
  });

  it('is counted again when the line comes back, and a moderator asks for none of it', async () => {
    const { backend, sell } = shop(1);
    const clock = new Clock();
    const desk = new Desk(backend, clock, ORG, SHOW);
    const opened = desk.open();
    await vi.advanceTimersByTimeAsync(3_000);
    await opened;
    expect(desk.sales!.loaded.value!.totals.orders).toBe(1);
    backend.emit('connectionChanged', { state: 'waiting', retryAtMs: null });
    sell(2);
    backend.emit('connectionChanged', { state: 'connected', retryAtMs: null });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(desk.sales!.loaded.value!.totals.orders).toBe(3);
    desk.stop();
    expect(new Desk(backend, clock, ORG, SHOW, { orders: false }).sales).toBeNull();
    clock.stop();
  });
});
