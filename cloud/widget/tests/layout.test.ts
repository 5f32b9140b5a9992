import { expect, test } from 'vitest';
import { layoutOf } from '../src/app/views/layout.ts';

const name = (width: number, height: number, aspect: 'wide' | 'tall' = 'wide', floats = true) => layoutOf({ width, height }, aspect, floats).name;

test('every window has the layout that fits it', () => {
  expect([name(320, 568), name(390, 844), name(430, 932), name(768, 1024)]).toEqual(['phone', 'phone', 'phone', 'phone']);
  expect([name(568, 320), name(667, 375), name(844, 390), name(911, 430), name(1280, 540)]).toEqual(['side', 'side', 'side', 'side', 'side']);
  expect([name(960, 600), name(1024, 768), name(1440, 900), name(2560, 1440)]).toEqual(['desk', 'desk', 'desk', 'desk']);
  expect([name(390, 844, 'tall'), name(844, 390, 'tall'), name(768, 1024, 'tall'), name(1440, 900, 'tall')]).toEqual(['phone', 'side', 'tall', 'tall']);
});

test('a keyboard on a phone changes no layout', () => {
  for (const aspect of ['wide', 'tall'] as const) {
    for (const height of [844, 508, 400, 300]) expect(name(390, height, aspect)).toBe('phone');
    for (const height of [390, 200, 140]) expect(name(844, height, aspect)).toBe('side');
  }
});

test('a stage in the page asks only for its own width', () => {
  for (const height of [320, 390, 900, 1440]) {
    expect([name(700, height, 'wide', false), name(844, height, 'wide', false)]).toEqual(['phone', 'desk']);
    expect([name(700, height, 'tall', false), name(844, height, 'tall', false)]).toEqual(['phone', 'tall']);
  }
});

test('what floats stays inside its window, and leaves room for a product and the chat', () => {
  const wrong: string[] = [];
  for (let width = 320; width <= 2560; width += 20) {
    for (let height = 320; height <= 1440; height += 20) {
      for (const aspect of ['wide', 'tall'] as const) {
        const layout = layoutOf({ width, height }, aspect, true);
        const picture = layout.width - layout.column;
        const right = {
          inside: layout.width <= width - 20 && layout.height <= height - 20,
          shelf: layout.name === 'phone' || layout.name === 'side' || [1, 2, 3].includes(layout.shelf),
          desk: layout.name !== 'desk' || (picture >= 300 && (picture * 9) / 16 + 220 <= height - 40),
          tall: layout.name !== 'tall' || layout.height >= 490,
          side: layout.name !== 'side' || width - layout.column >= Math.min(180, (height * 9) / 16 - 1),
        };
        for (const [name, holds] of Object.entries(right)) if (!holds) wrong.push(`${width}x${height} ${aspect} ${layout.name}: ${name}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
