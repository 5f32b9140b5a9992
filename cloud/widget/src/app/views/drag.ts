import type { Corner } from '../../shared/corner.ts';

/** A finger that moves less is a tap; CSS pixels. */
const TAP = 8;
/** A throw goes on for this long before it is judged where it lands, milliseconds. */
const THROW_MS = 140;

/** Where a mini player goes: a corner, or away when it was thrown out of the window. */
export interface Wishes {
  corner(next: Corner): void;
  away(): void;
  tap(): void;
}

/** The corner nearest to a point of the window. */
export function nearest(x: number, y: number, room: { width: number; height: number }, rightToLeft: boolean): Corner {
  return `${y < room.height / 2 ? 'start' : 'end'}-${x < room.width / 2 === !rightToLeft ? 'start' : 'end'}`;
}

/** The corner beside this one in the direction of an arrow key; null for any other key. */
export function byKey(corner: Corner, key: string, rightToLeft: boolean): Corner | null {
  const [block, inline] = corner.split('-') as ['start' | 'end', 'start' | 'end'];
  if (key === 'ArrowUp') return `start-${inline}`;
  if (key === 'ArrowDown') return `end-${inline}`;
  if (key === 'ArrowLeft') return `${block}-${rightToLeft ? 'end' : 'start'}`;
  if (key === 'ArrowRight') return `${block}-${rightToLeft ? 'start' : 'end'}`;
  return null;
}

/** The next corner around the window, for a button that is pressed again and again. */
export function around(corner: Corner): Corner {
  const order: Corner[] = ['end-end', 'end-start', 'start-start', 'start-end'];
  return order[(order.indexOf(corner) + 1) % order.length]!;
}

/** Lets a pointer take `box` along and drop it in a corner. Presses on buttons stay theirs. */
export function draggable(box: HTMLElement, wishes: Wishes): () => void {
  const stop = new AbortController();
  let held: { id: number; x: number; y: number; moved: boolean; lastX: number; lastY: number; lastMs: number; speedX: number; speedY: number } | null = null;
  const on = (name: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel', act: (event: PointerEvent) => void) =>
    box.addEventListener(name, act, { signal: stop.signal });

  on('pointerdown', (event) => {
    if (held || event.button !== 0 || (event.target as Element).closest('button, a, input')) return;
    const { pointerId: id, clientX: x, clientY: y, timeStamp } = event;
    held = { id, x, y, moved: false, lastX: x, lastY: y, lastMs: timeStamp, speedX: 0, speedY: 0 };
    box.setPointerCapture(id);
  });
  on('pointermove', (event) => {
    if (held?.id !== event.pointerId) return;
    const [x, y] = [event.clientX, event.clientY];
    held.moved ||= Math.hypot(x - held.x, y - held.y) > TAP;
    const ms = event.timeStamp - held.lastMs;
    if (ms > 0) [held.speedX, held.speedY] = [(x - held.lastX) / ms, (y - held.lastY) / ms];
    [held.lastX, held.lastY, held.lastMs] = [x, y, event.timeStamp];
    if (held.moved) box.style.translate = `${x - held.x}px ${y - held.y}px`;
  });
  on('pointerup', (event) => {
    if (held?.id !== event.pointerId) return;
    const { moved, speedX, speedY } = held;
    const resting = event.timeStamp - held.lastMs > 100;
    const { left, top, right, width, height } = box.getBoundingClientRect();
    if (!moved) return (drop(), wishes.tap());
    const x = left + width / 2 + (resting ? 0 : speedX * THROW_MS);
    const y = top + height / 2 + (resting ? 0 : speedY * THROW_MS);
    // A quick way to the other corner is no throw: it has to leave the window.
    if ((x < 0 && left < 0) || (x > innerWidth && right > innerWidth)) wishes.away();
    else wishes.corner(nearest(x, y, { width: innerWidth, height: innerHeight }, getComputedStyle(box).direction === 'rtl'));
    drop();
  });
  on('pointercancel', (event) => held?.id === event.pointerId && drop());

  function drop() {
    held = null;
    box.style.translate = '';
  }
  return () => {
    stop.abort();
    drop();
  };
}
