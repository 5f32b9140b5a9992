import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Waiting } from './waiting.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('what waits for a cloud that does not answer', () => {
  it('is asked for again by itself, all of it at once and less and less often', async () => {
    const waiting = new Waiting();
    const [one, other] = [vi.fn(), vi.fn(async () => Promise.reject(new Error('still away')))];
    const leave = [waiting.add({ element: null, retry: one }), waiting.add({ element: null, retry: other })];
    await vi.advanceTimersByTimeAsync(4_000);
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(7_999);
    expect(one).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(one).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(one.mock.calls.length, 'at most twice a minute').toBeLessThan(8);
    leave.forEach((go) => go());
    const asked = one.mock.calls.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(one, 'what has gone asks for nothing').toHaveBeenCalledTimes(asked);
  });

  it('is asked for at once when the network is back, and begins anew the next time', async () => {
    const waiting = new Waiting();
    const retry = vi.fn();
    const leave = waiting.add({ element: null, retry });
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(retry).toHaveBeenCalledTimes(1);
    leave();
    waiting.add({ element: null, retry });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(retry).toHaveBeenCalledTimes(2);
  });
});
