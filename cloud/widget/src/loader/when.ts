/** Days, hours and minutes until an instant, the two largest that count: `2 days 3 hr`; empty once it has come. */
export function until(at: string | null, nowMs: number, locale: string): string {
  const minutes = Math.ceil((Date.parse(at ?? '') - nowMs) / 60_000);
  if (!(minutes > 0)) return '';
  const parts = { day: Math.floor(minutes / 1_440), hour: Math.floor(minutes / 60) % 24, minute: minutes % 60 };
  const units = Object.entries(parts).filter(([, count]) => count > 0);
  const [first] = units;
  // Beside days, minutes say nothing.
  const shown = units.filter(([unit]) => !(first?.[0] === 'day' && unit === 'minute'));
  return shown
    .map(([unit, count]) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(count))
    .join(' ');
}
