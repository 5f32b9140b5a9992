import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../ipc/backend.ts';
import { TakeUp } from './take-up.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a show that is taken up again', () => {
  const offered = async () => {
    const offer = { orgId: 'o', showId: 's', title: 'Autumn drop', liveAtMs: 0 };
    const takeUp = new TakeUp({ takeUpOffer: async () => offer, listen } as unknown as Backend);
    await takeUp.find('ada');
    return takeUp;
  };
  let phase: (view: { phase: string }) => void = () => {};
  const listen = (_event: string, heard: typeof phase) => ((phase = heard), () => {});
  const accepted = async () => {
    const takeUp = await offered();
    takeUp.accept();
    return takeUp;
  };

  it('is offered until it is answered, or this studio is on air', async () => {
    const takeUp = await offered();
    takeUp.aside = true;
    phase({ phase: 'connecting' });
    expect(takeUp.offer).not.toBeNull();
    phase({ phase: 'live' });
    expect(takeUp.offer).toBeNull();
  });

  it('goes live when its desk opens at once, and only then', async () => {
    const takeUp = await accepted();
    expect(takeUp.claim('another')).toBe(false);
    expect(takeUp.claim('s')).toBe(true);
    expect(takeUp.claim('s')).toBe(false);
  });

  it('does not go live by itself long after it was meant', async () => {
    const takeUp = await accepted();
    vi.advanceTimersByTime(61_000);
    expect(takeUp.claim('s')).toBe(false);
  });

  it('does not go live after its desk was left', async () => {
    const takeUp = await accepted();
    takeUp.forget();
    expect(takeUp.claim('s')).toBe(false);
  });
});

describe('a toast', () => {
  it('with something to undo outlives newer ones, and stays while it is pointed at', () => {
    const toasts = new Toasts();
    toasts.say('Banned', 'plain', { label: 'Undo', run: () => {} });
    for (let i = 0; i < 6; i++) toasts.say(`news ${i}`);
    expect(toasts.list).toHaveLength(4);
    expect(toasts.list[0]!.text).toBe('Banned');
    toasts.hold(toasts.list[0]!.id);
    vi.advanceTimersByTime(60_000);
    expect(toasts.list.map((toast) => toast.text)).toEqual(['Banned']);
    toasts.release(toasts.list[0]!.id);
    vi.advanceTimersByTime(19_000);
    expect(toasts.list).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(toasts.list).toEqual([]);
  });
});
