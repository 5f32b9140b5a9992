import { expect, test } from 'vitest';
import type { Show } from '../../lib/cloud/types.ts';
import { leftOf, plannedLater } from './planned-end.ts';

const at = (text: string) => Date.parse(`2026-03-29T${text}Z`);
const show = { planned_end_at: '2026-03-29T20:00:00Z', ends_at: '2026-03-29T20:30:00Z' } as Show;

test('the host is told a quarter of an hour before a show ends by itself, and of no other', () => {
  expect(leftOf(show, at('20:14:59'))).toBe(null);
  expect(leftOf(show, at('20:25:00'))).toBe(300_000);
  expect(leftOf(show, at('20:31:00')), 'the cloud ends it within seconds').toBe(0);
  expect(leftOf({ ...show, ends_at: null } as Show, at('20:25:00'))).toBe(null);
  expect(leftOf(null, at('20:25:00'))).toBe(null);
});

test('who goes on has so much longer than there was, also when the time was up', () => {
  expect(plannedLater(show, at('20:25:00'))).toBe('2026-03-29T20:30:00.000Z');
  expect(plannedLater(show, at('20:40:00'))).toBe('2026-03-29T20:40:00.000Z');
});
