import type { Highlight } from '@vitrine/client';
import { expect, test } from 'vitest';
import { HighlightTrack } from '../src/app/lib/state/highlights.ts';

const T0 = Date.parse('2026-11-24T10:00:00Z');
const at = (seconds: number) => T0 + seconds * 1_000;

function transition(id: string, action: 'show' | 'clear', seconds: number): Highlight {
  return {
    id,
    action,
    media_time_ms: seconds * 1_000,
    at: new Date(at(seconds)).toISOString(),
    card: { kind: 'coupon', coupon_id: `c-${id}`, code: id, title: id },
  };
}

function track(...transitions: Highlight[]): HighlightTrack {
  const made = new HighlightTrack();
  for (const one of transitions) made.add(one, 0);
  return made;
}

test('a pin waits until the picture reaches it', () => {
  const pins = track(transition('a', 'show', 10));
  expect(pins.atPicture(at(9.999))).toBeNull();
  expect(pins.atPicture(at(10))?.id).toBe('a');
});

test('clearing waits as well, and clears only its own pin', () => {
  const pins = track(transition('a', 'show', 10), transition('b', 'show', 20), transition('a', 'clear', 25), transition('b', 'clear', 30));
  expect(pins.atPicture(at(24))?.id).toBe('b');
  expect(pins.atPicture(at(26))?.id).toBe('b');
  expect(pins.atPicture(at(30))).toBeNull();
});

test('a picture that goes back finds the pin of that time', () => {
  const pins = track(transition('a', 'show', 10), transition('b', 'show', 20));
  expect(pins.atPicture(at(21))?.id).toBe('b');
  expect(pins.atPicture(at(15))?.id).toBe('a');
});

test('late and doubled transitions find their place', () => {
  const pins = track(transition('b', 'show', 20), transition('a', 'show', 10), transition('b', 'show', 20));
  expect(pins.atPicture(at(12))?.id).toBe('a');
  expect(pins.atPicture(at(22))?.id).toBe('b');
});

test('a snapshot tells the past, so that a viewer behind the edge sees the pin of their picture', () => {
  const pins = track(transition('x', 'show', 1));
  pins.reset([transition('a', 'show', 40), transition('a', 'clear', 55), transition('b', 'show', 58)]);
  expect(pins.atPicture(at(30))).toBeNull();
  expect(pins.atPicture(at(50))?.id).toBe('a');
  expect(pins.atPicture(at(56))).toBeNull();
  expect(pins.atPicture(at(59))?.id).toBe('b');
});

test('without a picture a pin counts from when it was heard, and a snapshot at once', () => {
  const pins = track();
  pins.reset([transition('a', 'show', 0)]);
  expect(pins.atHearing(0, 2_500)?.id).toBe('a');
  pins.add(transition('b', 'show', 5), 5_000);
  expect(pins.atHearing(7_000, 2_500)?.id).toBe('a');
  expect(pins.atHearing(7_500, 2_500)?.id).toBe('b');
});

test('a pin that stood long stays until the picture reaches the next one', () => {
  const pins = track(transition('x', 'show', 0), transition('a', 'show', 10), transition('b', 'show', 2_000));
  expect(pins.atPicture(at(1_999))?.id).toBe('a');
  expect(pins.atPicture(at(2_000))?.id).toBe('b');
  pins.add(transition('b', 'clear', 2_001), 0);
  expect(pins.atPicture(at(1_999))?.id).toBe('a');
  expect(pins.atPicture(at(2_001))).toBeNull();
});

test('an instant that is none is ignored', () => {
  const pins = track({ ...transition('a', 'show', 1), at: 'soon' });
  expect(pins.atPicture(Number.MAX_SAFE_INTEGER)).toBeNull();
});
