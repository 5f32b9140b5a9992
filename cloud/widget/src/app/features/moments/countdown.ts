/** What is left until an instant, in the units that people count. */
export interface Left {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

/** `null` once the instant has come, or when there is none. */
export function timeLeft(at: string | null, nowMs: number): Left | null {
  const seconds = Math.ceil((Date.parse(at ?? '') - nowMs) / 1_000);
  if (!(seconds > 0)) return null;
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3_600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}

/** A show in the calendar is assumed to last this long. */
const LASTS_MS = 60 * 60_000;

const stamp = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** Lines of at most 75 bytes; the rest goes on after a space. Source: RFC 5545, section 3.1. */
function folded(line: string): string {
  const bytes = new TextEncoder();
  let [out, size] = ['', 0];
  for (const char of line) {
    const width = bytes.encode(char).length;
    if (size + width > 74) [out, size] = [`${out}\r\n `, 1];
    out += char;
    size += width;
  }
  return out;
}

/** One event as an iCalendar file. Source: RFC 5545. */
export function calendarFile(show: { id: string; title: string; scheduled_at: string }, page: string, nowMs: number): string {
  const start = Date.parse(show.scheduled_at);
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Vitrine//Live shopping//EN',
    'BEGIN:VEVENT',
    `UID:${show.id}@vitrine`,
    `DTSTAMP:${stamp(nowMs)}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(start + LASTS_MS)}`,
    `SUMMARY:${escaped(show.title)}`,
    `URL:${page}`,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escaped(show.title)}`,
    'TRIGGER:-PT10M',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');
}
