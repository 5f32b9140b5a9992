/** Where something is that is pulled over tiles. */

type Place = Pick<DOMRect, 'left' | 'top' | 'right' | 'bottom'>;

/** Which of the places holds a point; null between them and beside them. */
export function placeOf(places: readonly Place[], x: number, y: number): number | null {
  const at = places.findIndex(({ left, top, right, bottom }) => x >= left && x <= right && y >= top && y <= bottom);
  return at < 0 ? null : at;
}
