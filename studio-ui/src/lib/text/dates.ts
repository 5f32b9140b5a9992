/** Days and times of day as people type them. A day is `2026-12-01`, a time `20:00`, of whichever zone is meant. Pure. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_MS = 86_400_000;

const shown = (parts: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' });
const WEEKDAY = shown({ weekday: 'short' });
const DAY = shown({ day: 'numeric', month: 'short', year: 'numeric' });
const MONTH = shown({ month: 'long', year: 'numeric' });

const pad = (n: number, digits = 2) => String(n).padStart(digits, '0');
const utc = (day: string) => Date.parse(`${day}T00:00Z`);
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** `Tue 1 Dec 2026`: read the same everywhere, whichever of day and month comes first there. */
export const sayDay = (day: string): string => `${WEEKDAY.format(utc(day))} ${DAY.format(utc(day))}`;

/** Whether people of that language write `12/1/2026` for the first of December. */
export function putsMonthFirst(language: string): boolean {
  const first = new Intl.DateTimeFormat(language).formatToParts(0).find(({ type }) => type === 'day' || type === 'month');
  return first?.type === 'month';
}

/**
 * The day that somebody typed: `1 Dec 2026`, `Dec 1`, `1.12.2026`, `2026-12-01`, `today`, or `1/12/2026` in their manner. Without a
 * year it is the next such day from `today` on. Null when it is none.
 */
export function parseDay(text: string, today: string, monthFirst = false): string | null {
  const plain = text.trim().toLowerCase().replace(/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+/, '');
  if (plain === 'today') return today;
  if (plain === 'tomorrow') return addDays(today, 1);
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain);
  if (iso) return checked(iso[1], iso[2]!, iso[3]!, today);
  const numbers = /^(\d{1,2})([./-])\s?(\d{1,2})(?:\2\s?(\d{4}|\d{2})?)?$/.exec(plain);
  if (numbers) {
    const [, first = '', mark, second = '', year] = numbers;
    return mark !== '.' && monthFirst ? checked(year, first, second, today) : checked(year, second, first, today);
  }
  const words = /^(\d{1,2})\.?\s+([a-z]{3,9})\.?,?(?:\s+(\d{4}))?$/.exec(plain);
  if (words) return checked(words[3], monthOf(words[2]!), words[1]!, today);
  const american = /^([a-z]{3,9})\.?\s+(\d{1,2}),?(?:\s+(\d{4}))?$/.exec(plain);
  return american ? checked(american[3], monthOf(american[1]!), american[2]!, today) : null;
}

const monthOf = (word: string) => String(MONTHS.indexOf(word.slice(0, 3)) + 1);

function checked(year: string | undefined, month: string, day: string, today: string): string | null {
  const of = (y: number): string | null => {
    const at = new Date(Date.UTC(y, Number(month) - 1, Number(day)));
    at.setUTCFullYear(y);
    return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day) ? `${pad(y, 4)}-${pad(Number(month))}-${pad(Number(day))}` : null;
  };
  if (year !== undefined) return of(year.length === 2 ? 2000 + Number(year) : Number(year));
  const here = of(Number(today.slice(0, 4)));
  return here !== null && here >= today ? here : of(Number(today.slice(0, 4)) + 1);
}

/** The time of day that somebody typed: `20:00`, `8 pm`, `20.30`, `9`. Null when it is none. */
export function parseTime(text: string): string | null {
  const found = /^(\d{1,2})(?:[:.h ]?([0-5]\d))?\s*([ap])?\.?(?:m\.?)?$/.exec(text.trim().toLowerCase());
  if (!found) return null;
  const [, hours = '', minutes = '00', half] = found;
  const hour = Number(hours);
  if (half ? hour < 1 || hour > 12 : hour > 23) return null;
  return `${pad(half ? (hour % 12) + (half === 'p' ? 12 : 0) : hour)}:${minutes}`;
}

export const addDays = (day: string, n: number): string => dayOf(utc(day) + n * DAY_MS);

/** The same day some months later; the last one where that month is shorter. */
export function addMonths(day: string, n: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + n, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month - 1 + n, Math.min(date, last)));
}

/** Monday of its week. */
export const mondayOf = (day: string): string => addDays(day, -((new Date(utc(day)).getUTCDay() + 6) % 7));

/** The weeks that its month touches, from Monday to Sunday. */
export function weeksOf(day: string): string[][] {
  const month = day.slice(0, 7);
  const weeks: string[][] = [];
  for (let monday = mondayOf(`${month}-01`); monday.slice(0, 7) <= month; monday = addDays(monday, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, n) => addDays(monday, n)));
  }
  return weeks;
}

/** `December 2026`. */
export const sayMonth = (day: string): string => MONTH.format(utc(day));
