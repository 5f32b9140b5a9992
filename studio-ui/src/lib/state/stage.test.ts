import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MeterView, PreviewSink } from '../ipc/backend.ts';
import { FakeBackend } from '../ipc/fake.ts';
import { Stage } from './stage.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene() {
  const backend = new FakeBackend({ crowd: false, latencyMs: 1 });
  let hear: (meter: MeterView) => void = () => undefined;
  const listen = backend.listen.bind(backend);
  vi.spyOn(backend, 'listen').mockImplementation((name, taker) => {
    if (name !== 'meterChanged') return listen(name, taker);
    hear = taker as (meter: MeterView) => void;
    return () => undefined;
  });
  let picture: PreviewSink['frame'] = () => undefined;
  vi.spyOn(backend, 'openPreview').mockImplementation((sink) => {
    picture = sink.frame;
    return () => undefined;
  });
  const stage = new Stage(backend);
  stage.openPreview({ frame: () => undefined, state: () => undefined });
  return { stage, hear: (rmsDb: number) => hear({ peakDb: rmsDb, rmsDb, muted: false }), picture: () => picture({} as ImageBitmap, 1, 1) };
}

describe('the level', () => {
  it('is shown with the next picture, the newest of what was heard', () => {
    const { stage, hear, picture } = scene();
    hear(-30);
    hear(-20);
    expect(stage.meter.rmsDb).toBe(-100);
    picture();
    expect(stage.meter.rmsDb).toBe(-20);
  });

  it('does not wait for pictures that never come', () => {
    const { stage, hear } = scene();
    hear(-30);
    vi.advanceTimersByTime(100);
    expect(stage.meter.rmsDb).toBe(-30);
  });
});
