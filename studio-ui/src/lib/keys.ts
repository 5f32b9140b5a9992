/** Keyboard shortcuts: one table, one listener, and the words for the `?` sheet and tooltips. Who changed which key is in `state/keyboard`. */
import type { Word } from './text/words.ts';
import { layers } from './ui/layers.svelte.ts';

export interface Shortcut {
  /** As `KeyboardEvent.key`, lower case for letters: `p`, `?`, `escape`, `arrowdown`, `1`. */
  keys: readonly string[];
  /** Ctrl (or ⌘) and Shift together: for what changes the air. */
  chord?: boolean;
  /** Belongs to what has the focus, which listens by itself. */
  focused?: boolean;
  /** These keys stay as they are. */
  fixed?: boolean;
  word: Word;
  group: Word;
  /** What the sheet shows when it is not simply the keys. */
  label?: readonly string[];
}

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export const SHORTCUTS = {
  goLive: { keys: ['l'], chord: true, word: 'keys.go_live', group: 'keys.air' },
  end: { keys: ['e'], chord: true, word: 'keys.end', group: 'keys.air' },
  pinNumber: { keys: digits, fixed: true, word: 'keys.pin_number', group: 'keys.pins', label: ['1', '…', '9'] },
  pinSelected: { keys: ['p'], word: 'keys.pin_selected', group: 'keys.pins' },
  unpin: { keys: ['0', 'u'], word: 'keys.unpin', group: 'keys.pins' },
  next: { keys: ['j'], word: 'keys.next', group: 'keys.pins' },
  previous: { keys: ['k'], word: 'keys.previous', group: 'keys.pins' },
  mute: { keys: ['m'], word: 'keys.mute', group: 'keys.stage' },
  guides: { keys: ['g'], word: 'keys.guides', group: 'keys.stage' },
  lowerThird: { keys: ['t'], word: 'keys.lower_third', group: 'keys.stage' },
  write: { keys: ['c'], word: 'keys.write', group: 'keys.chat' },
  walkChat: { keys: [], focused: true, fixed: true, word: 'keys.walk_chat', group: 'keys.chat', label: ['↑', '↓'] },
  deleteMessage: { keys: ['delete'], focused: true, fixed: true, word: 'keys.delete', group: 'keys.chat', label: ['Del'] },
  ban: { keys: ['b'], focused: true, word: 'keys.ban', group: 'keys.chat' },
  leave: { keys: [], focused: true, fixed: true, word: 'keys.leave', group: 'keys.general', label: ['Esc'] },
  help: { keys: ['?'], word: 'keys.help', group: 'keys.general' },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;
export const SHORTCUT_NAMES = Object.keys(SHORTCUTS) as ShortcutName[];
export const shortcut = (name: ShortcutName): Shortcut => SHORTCUTS[name];

/** Keys that a person chose instead of the table's, and whether keys without Ctrl do anything at all. */
export interface Bindings {
  readonly singleKeys: boolean;
  readonly own: Readonly<Partial<Record<ShortcutName, string>>>;
}

export const AS_BUILT: Bindings = { singleKeys: true, own: {} };

/** The keys that run it now; none while single keys are off. */
export function keysOf(name: ShortcutName, bindings: Bindings): readonly string[] {
  const { keys, chord } = shortcut(name);
  if (!chord && !bindings.singleKeys) return [];
  const own = bindings.own[name];
  return own === undefined ? keys : [own];
}

/** The keys as a person reads them: `['Ctrl', 'Shift', 'L']`. */
export function keyLabels(name: ShortcutName, bindings: Bindings): readonly string[] {
  const { label, chord } = shortcut(name);
  const keys = keysOf(name, bindings);
  if (label) return keys.length > 0 || shortcut(name).keys.length === 0 ? label : [];
  const own = keys.map((key) => key.toUpperCase());
  return chord ? ['Ctrl', 'Shift', ...own] : own;
}

/** For a tooltip: `Ctrl+Shift+L`; empty when no key does it. */
export function keyText(name: ShortcutName, bindings: Bindings): string {
  return keyLabels(name, bindings).join(shortcut(name).chord ? '+' : ' ');
}

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The shortcut that a key press means, or null. */
export function shortcutOf(event: Press, bindings: Bindings): ShortcutName | null {
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  for (const name of SHORTCUT_NAMES) {
    const modifiers = shortcut(name).chord ? command && event.shiftKey : !command;
    if (modifiers && keysOf(name, bindings).includes(key)) return name;
  }
  return null;
}

/** Whether this key can run a shortcut: one character that is written without Alt, and no digit, which pins. */
export function canBeKey(key: string): boolean {
  return [...key].length === 1 && key.trim() !== '' && !/[0-9]/.test(key);
}

/** Whether the press belongs to a field, a menu or a dialogue instead. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], [role="menu"], [role="listbox"], dialog') !==
      null
  );
}

/**
 * Runs `actions[name]` for each shortcut pressed in the window, until the returned function is
 * called. Plain keys are left alone while somebody types, and while a dialog stands open, wherever the focus
 * is; chords never are.
 */
export function listenForShortcuts(
  actions: Partial<Record<ShortcutName, (event: KeyboardEvent) => void>>,
  bindings: () => Bindings,
): () => void {
  const onkeydown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat) return;
    const name = shortcutOf(event, bindings());
    const action = name && actions[name];
    if (!name || !action) return;
    if (!shortcut(name).chord && (layers.top !== null || isTyping(event.target))) return;
    event.preventDefault();
    action(event);
  };
  window.addEventListener('keydown', onkeydown);
  return () => window.removeEventListener('keydown', onkeydown);
}
