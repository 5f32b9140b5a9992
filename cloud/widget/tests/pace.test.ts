import { expect, test } from 'vitest';
import { Pace } from '../src/app/features/player/pace.ts';

/** A picture that begins `lateS` behind its place: how late it is each quarter of a second, with `aheadS` loaded after one in its place. */
function play(lateS: number, aheadS: number, looks: number): number[] {
  const pace = new Pace();
  const out = [];
  for (let look = 0; look < looks; look += 1) {
    lateS -= (pace.rate(lateS, aheadS + lateS) - 1) * 0.25;
    out.push(lateS);
  }
  return out;
}

test('a picture that began a third of a second late is in its place within seconds, and stays', () => {
  const late = play(0.33, 0.5, 60);
  expect(late[19]).toBeLessThan(0.09);
  for (const one of late.slice(30)) expect(Math.abs(one)).toBeLessThan(0.06);
});

test('a picture that is in its place, or nearly, is left alone', () => {
  expect(new Pace().rate(0.05, 0.5)).toBe(1);
  expect(new Pace().rate(-0.05, 0.5)).toBe(1);
});

test('nothing hurries into an empty buffer', () => {
  expect(new Pace().rate(0.4, 0.2)).toBe(1);
  expect(new Pace().rate(0.4, 0.3)).toBeCloseTo(1.1);
});

test('a stall asks for more distance: the picture slows down until it has it', () => {
  const late = play(-0.5, 0.5, 60);
  expect(late[10]).toBeGreaterThan(-0.4);
  expect(Math.abs(late.at(-1)!)).toBeLessThan(0.06);
});

test('seconds behind it hurries, but never so that nobody can follow', () => {
  expect(new Pace().rate(2, 2)).toBe(1.5);
  expect(new Pace().rate(30, 30)).toBe(1.5);
});

test('a picture that stood catches up only with what has come in time: on a line that is slow by itself it would stand again', () => {
  // 2 s more were asked for after stalls; it is a second late, and what is loaded ends 0.4 s after its place
  expect(new Pace().rate(1, 1.4, 2)).toBe(1);
  expect(new Pace().rate(1, 2.2, 2)).toBe(1.25);
  expect(new Pace().rate(-0.5, 0.3, 2)).toBe(0.95);
});
