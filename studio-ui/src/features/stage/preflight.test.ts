import { describe, expect, it } from 'vitest';
import type { StageView } from '../../lib/ipc/backend.ts';
import { preflight, type Found } from './preflight.ts';

const stage: StageView = {
  source: { kind: 'camera', id: 'c' },
  sourceName: 'Studio camera',
  showing: 'source',
  microphone: 'm',
  microphoneName: 'Lavalier',
  muted: false,
  quality: 'p720',
  width: 1280,
  height: 720,
  fps: 30,
  lowerThird: { choice: { kind: 'follow_pin' }, showing: null },
  soundOffsetMs: 0,
};
const found = (more: Partial<Found> = {}): Found => ({
  stage,
  peakDb: -12,
  connection: { state: 'connected', retryAtMs: null },
  lineup: [{ soldOut: false }],
  ...more,
});
const failing = (more: Partial<Found>) =>
  preflight(found(more))
    .filter((check) => !check.ok)
    .map((check) => check.text);

describe('before going live', () => {
  it('is content when all is well', () => {
    expect(failing({})).toEqual([]);
  });

  it('says what viewers would miss', () => {
    expect(failing({ stage: { ...stage, source: { kind: 'test_pattern' } } })[0]).toMatch(/colour bars/);
    expect(failing({ stage: { ...stage, showing: 'still' } })[0]).toMatch(/name, not a picture/);
    expect(failing({ stage: { ...stage, microphone: null } })[0]).toMatch(/hear nothing/);
    const file = { ...stage, microphone: null, source: { kind: 'file' as const, path: '/a.mp4' } };
    expect(failing({ stage: file })).toEqual([]);
    expect(failing({ stage: file, peakDb: -80 })[0]).toMatch(/hear nothing/);
    expect(failing({ stage: { ...stage, muted: true } })[0]).toBe('Lavalier is muted');
    expect(failing({ peakDb: -80 })[0]).toMatch(/say something/);
    expect(failing({ connection: { state: 'waiting', retryAtMs: 0 } })).toHaveLength(1);
    expect(failing({ lineup: [] })).toHaveLength(1);
    expect(failing({ lineup: [{ soldOut: true }, { soldOut: false }] })).toEqual(['1 of 2 sold out']);
  });
});
