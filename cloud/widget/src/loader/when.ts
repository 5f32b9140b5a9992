/** Thousands get a narrow space. */
export function figure(count: number): string {
  return String(Math.max(0, Math.round(count))).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** How long until the show, in the two largest units: `2 d 3 h`, `12 min`. */
export function until(at: string | null, nowMs: number): string {
  const minutes = Math.ceil((Date.parse(at ?? '') - nowMs) / 60_000);
  if (!(minutes > 0)) return 'in a moment';
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return `in ${days} d${hours ? ` ${hours} h` : ''}`;
  if (hours > 0) return `in ${hours} h${rest ? ` ${rest} min` : ''}`;
  return `in ${minutes} min`;
}
