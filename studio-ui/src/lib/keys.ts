/** Keyboard shortcuts: one listener, one table, and the words for the `?` sheet and tooltips. */
import type { Word } from './text/words.ts';

export interface Shortcut {
  /** As `KeyboardEvent.key`, lower case for letters: `p`, `?`, `escape`, `arrowdown`, `1`. */
  keys: readonly string[];
  /** Ctrl (or ⌘) and Shift together: for what changes the air. */
  chord?: boolean;
  word: Word;
  group: Word;
  /** What the sheet shows when it is not simply the keys. */
  label?: readonly string[];
}

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export const SHORTCUTS = {
  goLive: { keys: ['l'], chord: true, word: 'keys.go_live', group: 'keys.air' },
  end: { keys: ['e'], chord: true, word: 'keys.end', group: 'keys.air' },
  pinNumber: { keys: digits, word: 'keys.pin_number', group: 'keys.pins', label: ['1', '…', '9'] },
  pinSelected: { keys: ['p'], word: 'keys.pin_selected', group: 'keys.pins' },
  unpin: { keys: ['0', 'u'], word: 'keys.unpin', group: 'keys.pins' },
  choose: { keys: ['j', 'k'], word: 'keys.choose', group: 'keys.pins' },
  mute: { keys: ['m'], word: 'keys.mute', group: 'keys.stage' },
  guides: { keys: ['g'], word: 'keys.guides', group: 'keys.stage' },
  lowerThird: { keys: ['t'], word: 'keys.lower_third', group: 'keys.stage' },
  write: { keys: ['c'], word: 'keys.write', group: 'keys.chat' },
  walkChat: { keys: [], word: 'keys.walk_chat', group: 'keys.chat', label: ['↑', '↓'] },
  deleteMessage: { keys: [], word: 'keys.delete', group: 'keys.chat', label: ['Del'] },
  ban: { keys: [], word: 'keys.ban', group: 'keys.chat', label: ['B'] },
  leave: { keys: [], word: 'keys.leave', group: 'keys.general', label: ['Esc'] },
  help: { keys: ['?'], word: 'keys.help', group: 'keys.general' },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;

/** The keys as a person reads them: `['Ctrl', 'Shift', 'L']`. */
export function keyLabels(name: ShortcutName): readonly string[] {
  const shortcut: Shortcut = SHORTCUTS[name];
  const own = shortcut.label ?? shortcut.keys.map((key) => key.toUpperCase());
  return shortcut.chord ? ['Ctrl', 'Shift', ...own] : own;
}

/** For a tooltip: `Ctrl+Shift+L`. */
export function keyText(name: ShortcutName): string {
  const shortcut: Shortcut = SHORTCUTS[name];
  return keyLabels(name).join(shortcut.chord ? '+' : ' ');
}

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The shortcut that a key press means, or null. */
export function shortcutOf(event: Press): ShortcutName | null {
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  for (const [name, shortcut] of Object.entries(SHORTCUTS) as [ShortcutName, Shortcut][]) {
    const modifiers = shortcut.chord ? command && event.shiftKey : !command;
    if (modifiers && shortcut.keys.includes(key)) return name;
  }
  return null;
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
 * called. Plain keys are left alone while somebody types; chords never are.
 */
export function listenForShortcuts(
  actions: Partial<Record<ShortcutName, (event: KeyboardEvent) => void>>,
): () => void {
  const onkeydown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat) return;
    const name = shortcutOf(event);
    const action = name && actions[name];
    if (!name || !action) return;
    const chord = (SHORTCUTS[name] as Shortcut).chord === true;
    if (!chord && isTyping(event.target)) return;
    event.preventDefault();
    action(event);
  };
  window.addEventListener('keydown', onkeydown);
  return () => window.removeEventListener('keydown', onkeydown);
}
