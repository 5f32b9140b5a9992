import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let stored: Map<string, string>;
/** The module anew, as the next page loads it. */
async function page() {
  vi.resetModules();
  return import('../src/loader/closed.ts');
}

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) });
});
afterEach(() => vi.unstubAllGlobals());

test('two channels of one page are both dismissed, and stay so on the next page', async () => {
  const before = await page();
  before.rememberClosed('s1');
  before.rememberClosed('s2');
  const { isClosed } = await page();
  expect(['s1', 's2', 's3'].map(isClosed)).toEqual([true, true, false]);
});

test('the oldest is forgotten in the end, and one that an older script wrote is known', async () => {
  stored.set('vitrine:closed', 's0');
  const { isClosed, rememberClosed } = await page();
  expect(isClosed('s0')).toBe(true);
  for (let show = 1; show <= 50; show += 1) rememberClosed(`s${show}`);
  expect([isClosed('s0'), isClosed('s49'), isClosed('s50')]).toEqual([false, true, true]);
  expect(stored.get('vitrine:closed')!.split(' ').length).toBeLessThan(20);
});

test('where nothing may be stored it stays closed on this page', async () => {
  const forbid = () => {
    throw new DOMException('no', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: forbid, setItem: forbid });
  const { isClosed, rememberClosed } = await page();
  rememberClosed('s1');
  expect([isClosed('s1'), isClosed('s2')]).toEqual([true, false]);
});
