// A shop that opens its cart by itself after an add does so under our modal stage, where nobody can reach it. Shops that
// say so are heard (`openedCart`); this is for those that do not.
import { isVisible } from '../visible.ts';
import { SILENT_MS } from './lines.svelte.ts';

/** How long after the shop's answer its drawer may still come, in milliseconds. */
const COMES_WITHIN_MS = 1_500;
const LOOK_EVERY_MS = 150;
/** What themes call it. */
const NAMES = ['cart', 'drawer', 'basket', 'bag', 'offcanvas'].flatMap((name) => [`[class*="${name}" i]`, `[id*="${name}" i]`]);
const DRAWERS = ['[role=dialog]', '[aria-modal=true]', '[popover]', 'dialog', 'cart-drawer', ...NAMES].join(',');
/** A drawer takes at least this part of the window's height and these pixels of its width; a toast or a badge does not. */
const LEAST = { height: 0.5, width: 200 };

function stands(element: Element): boolean {
  const style = getComputedStyle(element);
  if (!/^(fixed|absolute)$/.test(style.position) || Number(style.opacity) < 0.1) return false;
  if (!isVisible(element)) return false;
  const box = element.getBoundingClientRect();
  const [width, height] = [Math.min(box.right, innerWidth) - Math.max(box.left, 0), Math.min(box.bottom, innerHeight) - Math.max(box.top, 0)];
  return width >= LEAST.width && height >= innerHeight * LEAST.height;
}

/** Every drawer that stands; none where looking fails, which is no reason not to buy. */
function standing(host: Element): Element[] {
  try {
    const found = [...document.querySelectorAll(DRAWERS)].slice(0, 400);
    return found.filter((element) => !host.contains(element) && stands(element));
  } catch {
    return [];
  }
}

/**
 * Looks whether a drawer comes up in the page while `work` runs and shortly after, and no longer where the shop is silent. Resolves
 * with the answer of `work` as soon as it is there; `opened` is called once, when a drawer came.
 */
export async function withDrawer<T>(host: Element, work: () => Promise<T>, opened: () => void): Promise<T> {
  const before = new Set(standing(host));
  let end = performance.now() + SILENT_MS;
  const timer = setInterval(() => {
    const came = standing(host).some((element) => !before.has(element));
    if (came || performance.now() > end) clearInterval(timer);
    if (came) opened();
  }, LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    end = performance.now() + COMES_WITHIN_MS;
  }
}
