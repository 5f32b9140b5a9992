/** Numbers and times as people read them, in the manner of the window's words. Pure. */
import { decimals } from '@vitrine/client';

/** Between thousands. */
const THIN = '\u2009';

const pad = (n: number) => String(n).padStart(2, '0');

/** `00:12:41`; hours grow past 99. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${pad(Math.floor(s / 3600))}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}

/** `0:42`, `12:05`, `1:02:03`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

/** Minor units and their currency as a price: `€49.00`, `€1 299.50`, `¥4 900`. Always as many digits after the mark as the currency has. */
export function money(minor: number, currency: string): string {
  let format = moneyFormats.get(currency);
  if (!format) {
    const digits = decimals(currency);
    // In the window's own language, as every other number: the system's would mix two manners on one screen.
    format = new Intl.NumberFormat('en', { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
    moneyFormats.set(currency, format);
  }
  const parts = format.formatToParts(minor / minorPerMajor(currency));
  return parts.map(({ type, value }) => (type === 'group' ? THIN : value)).join('');
}

/** How many minor units make one of the currency: 100 for EUR, 1 for JPY. */
export function minorPerMajor(currency: string): number {
  return 10 ** decimals(currency);
}

/**
 * The text of a price field in minor units; null when it is no price, or could be two: at most as many digits after the mark as
 * the currency has, nothing between thousands, and no comma before three digits, which most people read as thousands.
 */
export function parsePrice(text: string, currency: string): number | null {
  const [, whole, mark, part = ''] = /^(\d{1,9})(?:([.,])(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined || part.length > decimals(currency) || (mark === ',' && part.length === 3)) return null;
  return Math.round(Number(`${whole}.${part}`) * minorPerMajor(currency));
}

/** Minor units as a price field begins with them: `5.50`. */
export const inPriceField = (minor: number, currency: string): string => (minor / minorPerMajor(currency)).toFixed(decimals(currency));

/** A price as it may be typed: `1299.90`, `1300` where there are no cents. */
export function priceExample(currency: string): string {
  return (1299.9).toFixed(decimals(currency));
}

const groups = new Intl.NumberFormat('en', { useGrouping: true });

/** `1 284`: thin spaces between thousands. */
export function count(n: number): string {
  return groups.format(n).replaceAll(',', THIN);
}

/** `6.0 Mb/s`, `640 kb/s`. */
export function bitrate(kbps: number): string {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mb/s` : `${Math.round(kbps)} kb/s`;
}

/** `−12 dB`; `−∞ dB` for silence. */
export function decibel(db: number): string {
  return db <= -90 ? '−∞ dB' : `${db < 0 ? '−' : ''}${Math.abs(Math.round(db))} dB`;
}

/** `14:05`; in the time zone of the organisation, where it is given. */
export function timeOfDay(at: string | number, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(
    new Date(at),
  );
}

/** `Today, 14:05`, `Tomorrow, 19:00`, `Tue 2 Dec, 19:00`, `2 Dec 2025, 19:00`. */
export function dayAndTime(at: string | number, now: number, zone?: string): string {
  const days = Math.round((startOfDay(at, zone) - startOfDay(now, zone)) / 86_400_000);
  const near: Record<number, string> = { [-1]: 'Yesterday', 0: 'Today', 1: 'Tomorrow' };
  const day =
    near[days] ??
    new Intl.DateTimeFormat('en-GB', {
      weekday: Math.abs(days) < 180 ? 'short' : undefined,
      day: 'numeric',
      month: 'short',
      year: Math.abs(days) < 180 ? undefined : 'numeric',
      timeZone: zone,
    }).format(new Date(at));
  return `${day.replace(',', '')}, ${timeOfDay(at, zone)}`;
}

/** `28 Nov 2026`. */
export function day(at: string | number, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }).format(new Date(at));
}

/** `46 KB`, `3.2 MB`. */
export function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Midnight of its day, as if that zone were UTC. */
const startOfDay = (at: string | number, zone?: string): number => Math.floor(wallClock(at, zone) / 86_400_000) * 86_400_000;

/** What the clocks of that zone show, as if it were UTC (milliseconds). */
function wallClock(at: string | number, zone?: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23', timeZone: zone,
  }).formatToParts(new Date(at));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** A moment as a field of day and time holds it: `2026-11-28T14:05`, by the clocks of that zone. */
export const inField = (at: string | number, zone?: string): string => new Date(wallClock(at, zone)).toISOString().slice(0, 16);

/** The time zone of this machine, by its name: `Europe/Berlin`. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `Europe/Berlin` as it is read: the names have no spaces. */
export const zoneName = (zone: string): string => zone.replaceAll('_', ' ');

/** The moment (RFC 3339) when the clocks of that zone show what such a field holds; null when it holds none. */
export function fromField(text: string, zone?: string): string | null {
  const shown = Date.parse(`${text}:00Z`);
  if (text === '' || Number.isNaN(shown)) return null;
  // Clocks may change in between: the second look has the right offset.
  let at = shown;
  for (let look = 0; look < 2; look++) at += shown - wallClock(at, zone);
  return new Date(at).toISOString();
}
