// Where everything stands on the screen, frame by frame.
import type { Page } from '@playwright/test';

export interface Seen {
  /** Parts whose box was not the same in every frame: `.talk: 10,20 300x400 -> …`. */
  moved: string[];
  /** Things to press or read that a window or a clipping part cuts off. */
  cut: string[];
  /** Buttons and fields on which something else lies. */
  covered: string[];
}

export const PARTS = '.stage, .picture, video, .bar, .tools, .controls, .shelf, .talk, .list, .composer, .slot, [data-highlight], .sheet, .teaser';

/** Looks at the widget for so many animation frames. */
export function look(page: Page, frames = 30): Promise<Seen> {
  return page.evaluate(lookAround, [PARTS, frames] as const);
}

/** Runs in the page of any engine: it sees nothing of its surroundings here. */
export async function lookAround([parts, count]: readonly [string, number]): Promise<Seen> {
  const root = document.querySelector('vitrine-show:not([hidden])')?.shadowRoot;
  if (!root) throw new Error('no element');
  const seen: Seen = { moved: [], cut: [], covered: [] };
  const name = (element: Element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}"`;
  const text = ({ x, y, width, height }: DOMRect) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10} ${Math.round(width * 10) / 10}x${Math.round(height * 10) / 10}`;
  const boxes = () => new Map([...root.querySelectorAll(parts)].map((part) => [part, text(part.getBoundingClientRect())]));

  // A window that was just made another size tells the page a frame or two later.
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const first = boxes();
  for (let frame = 1; frame < count; frame += 1) {
    await new Promise(requestAnimationFrame);
    const now = boxes();
    for (const part of new Set([...first.keys(), ...now.keys()])) {
      if (first.get(part) !== now.get(part)) seen.moved.push(`frame ${frame} ${name(part).slice(0, 50)}: ${first.get(part)} -> ${now.get(part)}`);
    }
  }

  /** The part of an element's surroundings in which it can be seen; null where it may be scrolled into sight. */
  const frameOf = (from: Element | null): DOMRect | null => {
    let [left, top, right, bottom] = [0, 0, innerWidth, innerHeight];
    for (let at = from; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return null;
      if (!/clip|hidden/.test(style.overflowX + style.overflowY)) continue;
      const box = at.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    return new DOMRect(left, top, right - left, bottom - top);
  };
  const visible = (element: Element) => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.clipPath !== 'none' || style.display === 'none' || style.visibility === 'hidden' || at.getAttribute('aria-hidden') === 'true') return false;
    }
    return true;
  };
  const outside = (box: DOMRect, frame: DOMRect) =>
    box.left < frame.left - 1 || box.top < frame.top - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;

  const sheet = root.querySelector('.sheet');
  for (const element of root.querySelectorAll('button, input, select, a[href], video')) {
    if (!visible(element) || element.matches('.veil, label > input')) continue;
    if (sheet && !sheet.contains(element)) continue;
    const box = element.getBoundingClientRect();
    const frame = frameOf(element.parentElement);
    if (!frame) continue;
    if (outside(box, frame)) seen.cut.push(`${name(element)} ${text(box)} in ${text(frame)}`);
    if (element.matches('video')) continue;
    const spots = [[0.5, 0.5], [0.5, 0.12], [0.5, 0.88], [0.12, 0.5], [0.88, 0.5]] as const;
    for (const [across, down] of spots) {
      const hit = root.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
      if (hit && element.contains(hit)) continue;
      seen.covered.push(`${name(element)} ${text(box)} under ${hit ? name(hit) : 'nothing'}`);
      break;
    }
  }

  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const holder = node.parentElement;
    if (!holder || !node.textContent?.trim() || !visible(holder) || holder.matches('option, style')) continue;
    if (sheet && !sheet.contains(holder)) continue;
    const shortened = holder.closest('.title, .bar h1, h3, strong, span');
    const frame = frameOf(holder);
    if (!frame) continue;
    if (shortened && getComputedStyle(shortened).textOverflow === 'ellipsis') {
      if (shortened.clientWidth < 40) seen.cut.push(`${name(shortened)} has only ${shortened.clientWidth} px`);
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 0 && outside(box, frame)) {
        seen.cut.push(`text "${node.textContent.trim().slice(0, 40)}" ${text(box)} in ${text(frame)}`);
        break;
      }
    }
  }
  return seen;
}
