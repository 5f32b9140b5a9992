// What changes under a thumb or a key must not be bought by it, and focus is never lost with a button that goes away.
//
// Parts say what they act on with `data-for` (a product, a variant at its price, a coupon) and lists that change say
// `data-steady`. All the rest is here, so that it holds for the pin, the shelf, the tray, the list and the coupon alike.

import { isVisible } from '../visible.ts';

/** A list that changed cannot be pressed for this long, in milliseconds: longer than a finger needs to notice. */
export const CALM_MS = 600;

const PRESSABLE = 'button, a[href], select, input';
const FOCUSABLE = 'button:not(:disabled), a[href], select:not(:disabled), input:not(:disabled), [tabindex]';

/** What a press on `target` acts on: everything that its surroundings say, innermost first. */
function actsOn(target: EventTarget | null, root: Element): string {
  const said: string[] = [];
  for (let at = target instanceof Element ? target : null; at && at !== root.parentElement; at = at.parentElement) {
    const one = at.getAttribute('data-for');
    if (one !== null) said.push(one);
  }
  return said.join(' ');
}

/** The element itself, if it matches, and all below it that do. */
const those = (node: Node, selector: string) => (node instanceof Element ? [...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)] : []);
const speaksFor = (node: Node) => those(node, '[data-for]').length > 0;

/** Watches over everything below `root`; for `{@attach steady}`. */
export function steady(root: Element): () => void {
  const stop = new AbortController();
  const calm = new Map<Element, ReturnType<typeof setTimeout>>();
  /** What rests says so to everybody; a button in two parts that rest, until the last of them has. */
  const marked = new Set<Element>();
  /** What the press that is under way began on; by pointer and by key. */
  const began: { pointer: string | null; key: string | null } = { pointer: null, key: null };
  let focused: Element | null = null;

  /** Lets a list, or one part of it, rest: it looks calm, says so, and keeps its focus. */
  function rest(list: Element): void {
    clearTimeout(calm.get(list));
    for (const button of those(list, PRESSABLE)) {
      // What acts on none of them (the way to all products) may be pressed at any time.
      if (button.hasAttribute('aria-disabled') || !button.closest('[data-for]')) continue;
      button.setAttribute('aria-disabled', 'true');
      marked.add(button);
    }
    list.setAttribute('data-calm', '');
    const timer = setTimeout(() => {
      calm.delete(list);
      list.removeAttribute('data-calm');
      for (const button of marked) {
        if (button.closest('[data-calm]')) continue;
        button.removeAttribute('aria-disabled');
        marked.delete(button);
      }
    }, CALM_MS);
    calm.set(list, timer);
  }

  /** Focus that went away with its button goes to the nearest part that is left; never straight onto something to buy. */
  function refocus(near: Element): void {
    const tree = root.getRootNode() as Document | ShadowRoot;
    for (let at: Element | null = near; at && root.contains(at); at = at.parentElement) {
      if (at instanceof HTMLElement && at.hasAttribute('data-steady')) at.focus({ preventScroll: true });
      else {
        const candidates = [...at.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => !one.closest('[data-for], [inert]'));
        candidates.find(isVisible)?.focus({ preventScroll: true });
      }
      if (tree.activeElement && tree.activeElement !== tree.ownerDocument?.body) return;
    }
  }

  const changes = new MutationObserver((records) => {
    const lists = new Set<Element>();
    let lostNear: Element | null = null;
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (!(target instanceof Element)) continue;
      if (type === 'attributes' || [...addedNodes, ...removedNodes].some(speaksFor)) {
        // A part that now acts on something else rests alone: nothing beside it has moved.
        const list = type === 'attributes' ? target : target.closest('[data-steady]');
        for (const one of list ? [list] : [...addedNodes].flatMap((node) => those(node, '[data-steady]'))) lists.add(one);
      }
      if (focused && [...removedNodes].some((node) => node.contains(focused))) lostNear ??= target;
    }
    for (const list of lists) if (root.contains(list)) rest(list);
    const tree = root.getRootNode() as Document | ShadowRoot;
    if (lostNear && !focused?.isConnected && (!tree.activeElement || tree.activeElement === tree.ownerDocument?.body)) refocus(lostNear);
  });
  changes.observe(root, { subtree: true, childList: true, attributeFilter: ['data-for'] });

  const capture = { capture: true, signal: stop.signal };
  root.addEventListener('focusin', (event) => (focused = event.target instanceof Element ? event.target : null), capture);
  // A browser may take focus from a button just before the button goes: only one that is still there has let it go by itself.
  root.addEventListener('focusout', ({ target }) => setTimeout(() => focused === target && focused?.isConnected && (focused = null)), capture);
  root.addEventListener('pointerdown', (event) => (began.pointer = actsOn(event.target, root)), capture);
  root.addEventListener('keydown', (event) => !(event as KeyboardEvent).repeat && (began.key = actsOn(event.target, root)), capture);
  // A space bar presses when it is let go: what began is forgotten only after that.
  root.addEventListener('keyup', () => setTimeout(() => (began.key = null)), capture);
  root.addEventListener(
    'click',
    (event) => {
      const { target } = event;
      if (!(target instanceof Element)) return;
      // A click by pointer counts its presses; one by key or by assistive technology does not.
      const pressed = (event as MouseEvent).detail > 0 ? began.pointer : began.key;
      const movedOn = pressed !== null && pressed !== actsOn(target, root);
      const resting = target.closest('[aria-disabled=true]') ?? (actsOn(target, root) && target.closest('[data-calm]'));
      if (!movedOn && !resting) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    capture,
  );
  return () => {
    stop.abort();
    changes.disconnect();
    for (const timer of calm.values()) clearTimeout(timer);
  };
}
