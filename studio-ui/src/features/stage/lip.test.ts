import { describe, expect, it } from 'vitest';
import { cure, FLASH_EACH_MS, offsetWord } from './lip.ts';

describe('lip sync', () => {
  it('moves the sound against what was measured, within what can be moved', () => {
    expect(cure(84)).toBe(-84);
    expect(cure(-120)).toBe(120);
    expect(cure(-900)).toBe(500);
  });

  it('says which way the sound is moved', () => {
    expect(offsetWord(0)).toBe('in time');
    expect(offsetWord(80)).toBe('80 ms later');
    expect(offsetWord(-80)).toBe('80 ms earlier');
  });

  it('never flashes more than three times a second', () => {
    expect(1_000 / FLASH_EACH_MS).toBeLessThanOrEqual(3);
  });
});
