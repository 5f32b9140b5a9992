import { describe, expect, it } from 'vitest';
import type { UplinkView } from '../../lib/ipc/backend.ts';
import { advice, rate, verdict } from './uplink.ts';

const fine: UplinkView = {
  bitrateKbps: 3090,
  aimKbps: 3128,
  chosenKbps: 3128,
  halfRate: false,
  droppedFrames: 0,
  queueMs: 40,
  verdict: 'good',
};
const slow: UplinkView = { ...fine, bitrateKbps: 790, aimKbps: 780, verdict: 'fair' };

describe('the uplink in words', () => {
  it('is one rate while all is sent', () => {
    expect([rate(fine), verdict(fine)]).toEqual(['3.1 Mb/s', 'steady line']);
  });

  it('says what is sent of what was chosen on a slow line', () => {
    expect(rate(slow)).toBe('790 kb/s of 3.1 Mb/s');
    expect(verdict(slow)).toBe('slow line');
    expect(advice(slow).title).toBe('Sending at 780 kb/s of 3.1 Mb/s: your line is slow');
  });

  it('says how late it is on an uneven one', () => {
    const late = { ...fine, queueMs: 1240, verdict: 'fair' as const };
    expect(verdict(late)).toBe('uneven line');
    expect(advice(late).title).toContain('1.2 s late');
  });

  it('says which pictures are left out', () => {
    const poor = { ...slow, verdict: 'poor' as const };
    expect(advice({ ...poor, halfRate: true }).todo).toContain('every other picture');
    expect(advice({ ...poor, droppedFrames: 1 }).todo).toContain('1 picture ');
    expect(advice({ ...poor, droppedFrames: 24 }).todo).toContain('24 pictures');
  });

  it('has words for the moments before a verdict is taken back', () => {
    expect(advice({ ...fine, verdict: 'fair' }).title).toBe('Your line was uneven');
  });
});
