import { expect, test } from 'vitest';
import { around, byKey, nearest } from '../src/app/views/drag.ts';
import { cornerOf } from '../src/shared/corner.ts';

const host = (corner: string | null) => ({ getAttribute: () => corner }) as unknown as HTMLElement;

test('a corner is named as lines are read, and asked for as one sees it', () => {
  expect([null, 'end', 'right', 'nonsense'].map((asked) => cornerOf(host(asked), false))).toEqual(Array(4).fill('end-end'));
  expect(['start', 'left'].map((asked) => cornerOf(host(asked), false))).toEqual(['end-start', 'end-start']);
  expect(['left', 'right', 'start', 'end'].map((asked) => cornerOf(host(asked), true))).toEqual(['end-end', 'end-start', 'end-start', 'end-end']);
});

test('what is let go lands in the nearest corner', () => {
  const room = { width: 1000, height: 800 };
  expect([nearest(10, 10, room, false), nearest(990, 10, room, false), nearest(10, 790, room, false)]).toEqual(['start-start', 'start-end', 'end-start']);
  expect([nearest(10, 10, room, true), nearest(990, 790, room, true)]).toEqual(['start-end', 'end-start']);
});

test('arrows go where they point, whichever way lines are read, and the button goes all around', () => {
  expect([byKey('end-end', 'ArrowUp', false), byKey('end-end', 'ArrowLeft', false), byKey('end-end', 'ArrowRight', false)]).toEqual(['start-end', 'end-start', 'end-end']);
  expect([byKey('end-end', 'ArrowRight', true), byKey('end-start', 'ArrowLeft', true), byKey('end-end', 'Enter', false)]).toEqual(['end-start', 'end-end', null]);
  expect(new Set([around('end-end'), around('end-start'), around('start-start'), around('start-end')]).size).toBe(4);
});
