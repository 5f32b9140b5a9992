import { describe, expect, it } from 'vitest';
import { keyText, shortcutOf } from './keys.ts';

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe('shortcuts', () => {
  it('pins by digit and by P', () => {
    expect(shortcutOf(press('3'))).toBe('pinNumber');
    expect(shortcutOf(press('p'))).toBe('pinSelected');
    expect(shortcutOf(press('P', { shiftKey: true }))).toBe('pinSelected');
  });

  it('needs the whole chord to go on air', () => {
    expect(shortcutOf(press('L', { ctrlKey: true, shiftKey: true }))).toBe('goLive');
    expect(shortcutOf(press('l', { ctrlKey: true }))).toBeNull();
    expect(shortcutOf(press('l'))).toBeNull();
  });

  it('leaves the system’s own chords alone', () => {
    expect(shortcutOf(press('c', { ctrlKey: true }))).toBeNull();
    expect(shortcutOf(press('m', { altKey: true }))).toBeNull();
  });

  it('names keys for people', () => {
    expect(keyText('goLive')).toBe('Ctrl+Shift+L');
    expect(keyText('help')).toBe('?');
  });
});
