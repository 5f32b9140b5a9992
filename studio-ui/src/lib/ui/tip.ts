import type { Attachment } from 'svelte/attachments';

const WAIT_MS = 450;
const GAP = 8;

/** A tooltip with the words and, when there is one, the key. The element keeps its own label. */
export function tip(text: string, key = ''): Attachment<HTMLElement> {
  return (element) => {
    let bubble: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      clearTimeout(timer);
      bubble?.remove();
      bubble = null;
    };
    const show = () => {
      if (bubble || !text) return;
      bubble = makeBubble(text, key);
      // What lies in the top layer is above everything else in the page, so the bubble joins it.
      (element.closest('dialog, [popover]') ?? document.body).append(bubble);
      place(bubble, element.getBoundingClientRect());
    };
    const enter = () => {
      clearTimeout(timer);
      timer = setTimeout(show, WAIT_MS);
    };
    const focus = () => {
      if (element.matches(':focus-visible')) enter();
    };
    element.addEventListener('pointerenter', enter);
    element.addEventListener('pointerleave', hide);
    element.addEventListener('pointerdown', hide);
    element.addEventListener('focus', focus);
    element.addEventListener('blur', hide);
    return () => {
      hide();
      element.removeEventListener('pointerenter', enter);
      element.removeEventListener('pointerleave', hide);
      element.removeEventListener('pointerdown', hide);
      element.removeEventListener('focus', focus);
      element.removeEventListener('blur', hide);
    };
  };
}

function makeBubble(text: string, key: string): HTMLElement {
  const bubble = document.createElement('div');
  bubble.className = 'tip';
  bubble.setAttribute('aria-hidden', 'true');
  bubble.textContent = text;
  if (key) {
    const cap = document.createElement('kbd');
    cap.textContent = key;
    bubble.append(cap);
  }
  return bubble;
}

/** Below the element, or above where there is no room; never outside the window. */
function place(bubble: HTMLElement, at: DOMRect) {
  const { width, height } = bubble.getBoundingClientRect();
  const below = at.bottom + GAP + height < window.innerHeight;
  const left = at.left + at.width / 2 - width / 2;
  bubble.style.left = `${Math.min(Math.max(GAP, left), window.innerWidth - width - GAP)}px`;
  bubble.style.top = `${below ? at.bottom + GAP : at.top - GAP - height}px`;
}
