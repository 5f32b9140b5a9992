import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withDrawer } from '../src/app/lib/cart/drawer.ts';
import { SILENT_MS } from '../src/app/lib/cart/lines.svelte.ts';

/** What the page has that could be a drawer, in a browser without `checkVisibility` (Safari before 17.4). */
let drawers: object[];
let visibility: string;
const drawer = () => ({ getClientRects: () => [1], getBoundingClientRect: () => ({ left: 600, right: 1_000, top: 0, bottom: 800 }) });
const host = { contains: () => false } as unknown as Element;
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  [drawers, visibility] = [[], 'visible'];
  vi.stubGlobal('document', { querySelectorAll: () => drawers });
  vi.stubGlobal('getComputedStyle', () => ({ position: 'fixed', opacity: '1', visibility }));
  vi.stubGlobal('innerWidth', 1_000);
  vi.stubGlobal('innerHeight', 800);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a drawer that comes is noticed, one that stands already or cannot be seen is not', async () => {
  drawers = [drawer()];
  const opened = vi.fn();
  expect(await withDrawer(host, () => Promise.resolve('added'), opened)).toBe('added');
  await after(500);
  expect(opened).not.toHaveBeenCalled();
  [drawers, visibility] = [[...drawers, drawer()], 'hidden'];
  await after(300);
  expect(opened).not.toHaveBeenCalled();
  visibility = 'visible';
  await after(5_000);
  expect(opened).toHaveBeenCalledTimes(1);
});

test('looking for a drawer never stops the add', async () => {
  vi.stubGlobal('getComputedStyle', () => {
    throw new Error('patched by the page');
  });
  drawers = [drawer()];
  expect(await withDrawer(host, () => Promise.resolve('added'), () => undefined)).toBe('added');
  await after(5_000);
});

test('where the shop never answers, the watch ends', async () => {
  const looked = vi.fn(() => []);
  vi.stubGlobal('document', { querySelectorAll: looked });
  void withDrawer(host, () => new Promise<never>(() => undefined), () => undefined);
  await after(SILENT_MS - 1_000);
  const before = looked.mock.calls.length;
  await after(1_000);
  expect(looked.mock.calls.length).toBeGreaterThan(before);
  expect(vi.getTimerCount()).toBe(1);
  await after(1_000);
  expect(vi.getTimerCount()).toBe(0);
});
