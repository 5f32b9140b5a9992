import { describe, expect, it } from 'vitest';
import { follows, GOODBYE_MS } from '../src/loader/follow.ts';

describe('a view of a channel', () => {
  it('never leaves a show on air', () => {
    for (const shown of ['live', 'interrupted'] as const) {
      for (const next of ['live', 'interrupted', 'scheduled', 'ended'] as const) expect(follows(shown, GOODBYE_MS * 2, next)).toBe(false);
    }
  });

  it('goes on to a show on air at once', () => {
    expect(follows('ended', 0, 'live')).toBe(true);
    expect(follows('ended', 0, 'interrupted')).toBe(true);
    expect(follows('scheduled', 0, 'live')).toBe(true);
  });

  it('lets an ended show stand a while before one that is only announced', () => {
    expect(follows('ended', GOODBYE_MS - 1, 'scheduled')).toBe(false);
    expect(follows('ended', GOODBYE_MS, 'scheduled')).toBe(true);
    expect(follows('scheduled', GOODBYE_MS, 'scheduled')).toBe(false);
  });

  it('never goes on to a show that is over', () => {
    expect(follows('ended', GOODBYE_MS, 'ended')).toBe(false);
    expect(follows('scheduled', 0, 'ended')).toBe(false);
  });
});
