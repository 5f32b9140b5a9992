import { expect, test } from 'vitest';
import { copyCode } from '../src/app/features/coupon/clipboard.ts';
import { calendarFile, timeLeft } from '../src/app/features/moments/countdown.ts';
import { worthRetrying } from '../src/app/features/player/policies.ts';
import { firstChoice, stockWord } from '../src/app/features/products/buying.ts';
import { until } from '../src/loader/when.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');

test('the countdown counts to the second and ends', () => {
  expect(timeLeft('2026-11-25T11:02:03Z', NOW)).toEqual({ days: 1, hours: 1, minutes: 2, seconds: 3 });
  expect(timeLeft('2026-11-24T10:00:00Z', NOW)).toBeNull();
  expect(timeLeft(null, NOW)).toBeNull();
  expect(timeLeft('nonsense', NOW)).toBeNull();
});

test('the teaser says when in two units, in the words of the page', () => {
  expect(until('2026-11-26T13:00:00Z', NOW, 'en')).toBe('2 days 3 hr');
  expect(until('2026-11-26T13:40:00Z', NOW, 'pl')).toBe('2 dni 3 godz.');
  expect(until('2026-11-24T12:10:00Z', NOW, 'de')).toBe('2 Std. 10 Min.');
  expect(until('2026-11-24T10:04:10Z', NOW, 'en')).toBe('5 min');
  expect(until('2026-11-24T09:00:00Z', NOW, 'en')).toBe('');
  expect(until(null, NOW, 'en')).toBe('');
});

test('the calendar file escapes, folds and ends its lines as calendars ask', () => {
  const title = `Autumn; drop, live ${'ä'.repeat(60)}`;
  const file = calendarFile({ id: 'x', title, scheduled_at: '2026-11-24T12:00:00Z' }, 'http://shop/', NOW);
  expect(file).toContain('DTSTART:20261124T120000Z\r\n');
  expect(file).toContain('SUMMARY:Autumn\\; drop\\, live ');
  expect(file.endsWith('END:VCALENDAR\r\n')).toBe(true);
  for (const line of file.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  expect(file.replaceAll('\r\n ', '')).toContain('ä'.repeat(60));
});

test('a code is copied by the clipboard, by the old command, or by hand', async () => {
  const refused = () => Promise.reject(new Error('not allowed'));
  expect(await copyCode('X', { write: () => Promise.resolve(), command: () => false })).toBe(true);
  expect(await copyCode('X', { write: refused, command: () => true })).toBe(true);
  expect(await copyCode('X', { write: refused, command: () => false })).toBe(false);
  expect(await copyCode('X', { command: () => { throw new Error('gone'); } })).toBe(false);
});

test('what a restarting edge answers is tried again, what we did wrong is not', () => {
  for (const status of [undefined, 0, 404, 429, 500, 502, 503]) expect(worthRetrying(status, false)).toBe(true);
  for (const status of [400, 401, 403, 410]) expect(worthRetrying(status, false)).toBe(false);
  expect(worthRetrying(400, true)).toBe(true);
});

test('the cheapest variant that can be had is chosen first', () => {
  const variant = (id: string, price_minor: number, stock: number) => ({ id, title: id, sku: id, price_minor, stock });
  const product = { product_id: 'p', title: 'p', url: '', image_url: null, currency: 'EUR', price_minor: 1, compare_at_minor: null, stock: 1 };
  expect(firstChoice({ ...product, variants: [variant('a', 100, 0), variant('b', 300, 2), variant('c', 200, 2)] })?.id).toBe('c');
  expect(firstChoice({ ...product, variants: [variant('a', 100, 0)] })?.id).toBe('a');
  expect([0, 1, 5, 6, 214].map(stockWord)).toEqual(['sold_out', 'few', 'few', 'plenty', 'plenty']);
});
