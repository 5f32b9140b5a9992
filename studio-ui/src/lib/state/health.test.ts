import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cloud } from '../cloud/cloud.ts';
import type { ShowHealth } from '../cloud/types.ts';
import { Health } from './health.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A cloud whose answer is `said`; null: it cannot be reached. */
function cloud() {
  const world = { asked: 0, gaps: 0 as number | null };
  const showHealth = () => {
    world.asked++;
    if (world.gaps === null) return Promise.reject(new Error('away'));
    return Promise.resolve({ media: { gaps: world.gaps } } as ShowHealth);
  };
  return { world, health: new Health({ showHealth } as unknown as Cloud, 'show') };
}
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a show’s health', () => {
  it('is asked every two seconds while somebody watches, and not before or after', async () => {
    const { world, health } = cloud();
    await after(10_000);
    expect(world.asked).toBe(0);
    const stop = health.watch();
    await after(7_000);
    expect(world.asked).toBe(4);
    stop();
    await after(10_000);
    expect(world.asked).toBe(4);
    expect(health.loaded.value, 'nothing of before is shown as now').toBeNull();
  });

  it('is asked less often while the cloud is away, and comes back', async () => {
    const { world, health } = cloud();
    world.gaps = null;
    const stop = health.watch();
    await after(11_000);
    expect(world.asked).toBe(3);
    expect(health.loaded.error).not.toBeNull();
    world.gaps = 0;
    await after(5_000);
    expect(health.loaded.error).toBeNull();
    stop();
  });

  it('counts the gaps of the last minute, also past a transmission that was started again', async () => {
    const { world, health } = cloud();
    world.gaps = 40;
    const stop = health.watch();
    await after(4_000);
    expect(health.recentGaps, 'those of before are no news').toBe(0);
    world.gaps = 43;
    await after(2_000);
    expect(health.recentGaps).toBe(3);
    await after(70_000);
    expect(health.recentGaps).toBe(0);
    world.gaps = 2;
    await after(2_000);
    expect(health.recentGaps).toBe(2);
    stop();
  });

  it('stops when a slow answer comes after nobody watches any more', async () => {
    const { world, health } = cloud();
    const stop = health.watch();
    stop();
    await after(10_000);
    expect(world.asked).toBe(1);
    expect(health.loaded.value).toBeNull();
  });
});
