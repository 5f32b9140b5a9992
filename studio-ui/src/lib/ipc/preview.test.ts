import { describe, expect, it } from 'vitest';
import { FrameGate } from './preview.ts';

/** A message as the desk sends it; the JPEG is one byte here. */
function message(frame: number): ArrayBuffer {
  const bytes = new ArrayBuffer(9);
  new DataView(bytes).setUint32(0, frame);
  new DataView(bytes).setUint8(8, frame);
  return bytes;
}

function gate() {
  const shown: number[] = [];
  const decodes: { frame: number; finish: () => void }[] = [];
  const made = new FrameGate(
    (jpeg) =>
      new Promise<{ width: number; height: number; frame: number; close(): void }>((resolve) => {
        const frame = jpeg[0]!;
        decodes.push({
          frame,
          finish: () => resolve({ width: 1, height: 1, frame, close: () => {} }),
        });
      }),
    (picture) => shown.push(picture.frame),
  );
  return { gate: made, shown, decodes };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe('the preview', () => {
  it('decodes two at once and skips to the newest', async () => {
    const { gate: g, shown, decodes } = gate();
    for (const frame of [1, 2, 3, 4, 5]) g.take(message(frame));
    expect(decodes.map((one) => one.frame)).toEqual([1, 2]);
    decodes[0]!.finish();
    await settle();
    expect(decodes.map((one) => one.frame)).toEqual([1, 2, 5]);
    decodes[1]!.finish();
    decodes[2]!.finish();
    await settle();
    expect(shown).toEqual([1, 2, 5]);
  });

  it('never goes back in time', async () => {
    const { gate: g, shown, decodes } = gate();
    g.take(message(1));
    g.take(message(2));
    decodes[1]!.finish();
    await settle();
    decodes[0]!.finish();
    await settle();
    expect(shown).toEqual([2]);
  });

  it('goes on when the programme behind it is built anew and counts from one', async () => {
    const { gate: g, shown, decodes } = gate();
    for (const [at, frame] of [7, 8, 1, 2].entries()) {
      g.take(message(frame));
      decodes[at]!.finish();
      await settle();
    }
    expect(shown).toEqual([7, 8, 1, 2]);
  });

  it('goes on when a picture of the last connection is decoded after the next one is open', async () => {
    const { gate: g, shown, decodes } = gate();
    g.take(message(90));
    g.restart();
    decodes[0]!.finish();
    await settle();
    g.take(message(1));
    decodes[1]!.finish();
    await settle();
    expect(shown.at(-1)).toBe(1);
  });

  it('ignores a message without a picture', () => {
    const { gate: g, decodes } = gate();
    g.take(new ArrayBuffer(8));
    expect(decodes).toEqual([]);
  });
});
