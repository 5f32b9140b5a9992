import { describe, expect, it } from 'vitest';
import { AS_BUILT, keyText, shortcutOf, type Bindings } from './keys.ts';
import { Keyboard, readBindings } from './state/keyboard.svelte.ts';

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});
const means = (event: ReturnType<typeof press>, bindings: Bindings = AS_BUILT) => shortcutOf(event, bindings);

describe('shortcuts', () => {
  it('pins by digit and by P', () => {
    expect(means(press('3'))).toBe('pinNumber');
    expect(means(press('p'))).toBe('pinSelected');
    expect(means(press('P', { shiftKey: true }))).toBe('pinSelected');
  });

  it('needs the whole chord to go on air', () => {
    expect(means(press('L', { ctrlKey: true, shiftKey: true }))).toBe('goLive');
    expect(means(press('l', { ctrlKey: true }))).toBeNull();
    expect(means(press('l'))).toBeNull();
  });

  it('leaves the system’s own chords alone', () => {
    expect(means(press('c', { ctrlKey: true }))).toBeNull();
    expect(means(press('m', { altKey: true }))).toBeNull();
  });

  it('names keys for people', () => {
    expect(keyText('goLive', AS_BUILT)).toBe('Ctrl+Shift+L');
    expect(keyText('help', AS_BUILT)).toBe('?');
  });
});

describe('keys of one’s own', () => {
  const values = new Map<string, string>();
  const kept = { getItem: (key: string) => values.get(key) ?? null, setItem: (key: string, value: string) => void values.set(key, value) };

  it('does nothing by single keys when they are off, and still goes live by the chord', () => {
    const off = { singleKeys: false, own: {} };
    for (const key of ['p', 'm', '3', '0', '?', 'b']) expect(means(press(key), off)).toBeNull();
    expect(means(press('L', { ctrlKey: true, shiftKey: true }), off)).toBe('goLive');
    expect(keyText('mute', off)).toBe('');
  });

  it('takes another key, and no longer the old one', () => {
    const keyboard = new Keyboard(kept);
    expect(keyboard.change('mute', 'X')).toBeNull();
    expect(means(press('x'), keyboard.bindings)).toBe('mute');
    expect(means(press('m'), keyboard.bindings)).toBeNull();
    expect(keyboard.text('mute')).toBe('X');
    expect(new Keyboard(kept).text('mute')).toBe('X');
    keyboard.reset();
    expect(new Keyboard(kept).text('mute')).toBe('M');
  });

  it('refuses a key that is taken, a digit, and what is no character', () => {
    const keyboard = new Keyboard(kept);
    expect(keyboard.change('mute', 'p')).toBe('pinSelected');
    expect(keyboard.change('mute', '4')).toBe('unusable');
    expect(keyboard.change('mute', 'Escape')).toBe('unusable');
    expect(keyboard.change('pinNumber', 'y')).toBe('unusable');
    expect(keyboard.change('goLive', 'p')).toBeNull();
    expect(means(press('P', { ctrlKey: true, shiftKey: true }), keyboard.bindings)).toBe('goLive');
    expect(means(press('p'), keyboard.bindings)).toBe('pinSelected');
    keyboard.reset();
  });

  it('reads only what still makes sense of what was kept', () => {
    expect(readBindings('{{')).toEqual(AS_BUILT);
    expect(readBindings('{"singleKeys":false,"own":{"mute":"x","nothing":"y","ban":"","help":7,"pinNumber":"q"}}')).toEqual({
      singleKeys: false,
      own: { mute: 'x' },
    });
  });
});
