import { AS_BUILT, canBeKey, keyLabels, keyText, shortcut, SHORTCUT_NAMES, shortcutOf, type Bindings, type ShortcutName } from '../keys.ts';

const KEY = 'vitrine.keys';

/** Which keys do what, as this person wants it; kept on this machine. Source: WCAG 2.2, 2.1.4. */
export class Keyboard {
  bindings = $state.raw<Bindings>(AS_BUILT);

  readonly #kept: Pick<Storage, 'getItem' | 'setItem'>;

  constructor(kept: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {
    this.#kept = kept;
    this.bindings = readBindings(kept.getItem(KEY));
  }

  /** Keys without Ctrl do something at all. */
  setSingleKeys(singleKeys: boolean) {
    this.#keep({ ...this.bindings, singleKeys });
  }

  /** Gives a shortcut another key. The shortcut that has it already, when it is taken; `'unusable'` when no key can be that. */
  change(name: ShortcutName, key: string): ShortcutName | 'unusable' | null {
    const wanted = key.toLowerCase();
    if (!canBeKey(wanted) || shortcut(name).fixed) return 'unusable';
    const modifiers = shortcut(name).chord === true;
    const press = { key: wanted, ctrlKey: modifiers, shiftKey: modifiers, metaKey: false, altKey: false };
    const taken = shortcutOf(press, { ...this.bindings, singleKeys: true });
    if (taken !== null && taken !== name) return taken;
    this.#keep({ ...this.bindings, own: { ...this.bindings.own, [name]: wanted } });
    return null;
  }

  /** Back to the keys as they were built. */
  reset() {
    this.#keep(AS_BUILT);
  }

  labels = (name: ShortcutName) => keyLabels(name, this.bindings);
  text = (name: ShortcutName) => keyText(name, this.bindings);
  /** What a press on a focused thing means. */
  meaning = (event: KeyboardEvent) => shortcutOf(event, this.bindings);

  #keep(bindings: Bindings) {
    this.bindings = bindings;
    this.#kept.setItem(KEY, JSON.stringify(bindings));
  }
}

/** What was kept, as far as it still makes sense: an earlier or a broken one gives the keys as built. */
export function readBindings(text: string | null): Bindings {
  try {
    const kept = JSON.parse(text ?? 'null') as { singleKeys?: unknown; own?: Record<string, unknown> } | null;
    const own: Partial<Record<ShortcutName, string>> = {};
    for (const name of SHORTCUT_NAMES) {
      const key = kept?.own?.[name];
      if (typeof key === 'string' && canBeKey(key) && !shortcut(name).fixed) own[name] = key;
    }
    return { singleKeys: kept?.singleKeys !== false, own };
  } catch {
    return AS_BUILT;
  }
}
