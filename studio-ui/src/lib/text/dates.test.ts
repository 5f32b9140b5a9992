import { describe, expect, it } from 'vitest';
import { addMonths, parseDay, parseTime, putsMonthFirst, sayDay, weeksOf } from './dates.ts';

const TODAY = '2026-11-29';

describe('a day that is typed', () => {
  it.each(['1 Dec 2026', '1 dec', '1. December 2026', 'Dec 1, 2026', 'Tue 1 Dec 2026', '1.12.2026', '1.12.', '01.12.26', '1/12/2026', '2026-12-01'])(
    '“%s” is the first of December',
    (text) => expect(parseDay(text, TODAY)).toBe('2026-12-01'),
  );

  it('is read in the manner of who types it, where that differs', () => {
    expect(parseDay('12/1/2026', TODAY, true)).toBe('2026-12-01');
    expect(parseDay('1.12.2026', TODAY, true), 'dots are written day first everywhere').toBe('2026-12-01');
    expect([putsMonthFirst('en-US'), putsMonthFirst('de-DE'), putsMonthFirst('en-GB')]).toEqual([true, false, false]);
  });

  it('is the next one when it has no year', () => {
    expect(parseDay('29 Nov', TODAY)).toBe('2026-11-29');
    expect(parseDay('28 Nov', TODAY)).toBe('2027-11-28');
    expect(parseDay('tomorrow', TODAY)).toBe('2026-11-30');
  });

  it.each(['', 'soon', '31 Feb 2026', '0.1.2026', '1 Foo 2026', '32/1/2026', '20266-01-01', '1'])('“%s” is none', (text) =>
    expect(parseDay(text, TODAY)).toBeNull(),
  );

  it('is said so that it can be read back', () => {
    for (const day of ['2026-12-01', '2026-09-08', '2027-05-31']) expect(parseDay(sayDay(day), TODAY), sayDay(day)).toBe(day);
  });
});

describe('a time that is typed', () => {
  it.each([['20:00', '20:00'], ['9', '09:00'], ['8 pm', '20:00'], ['12am', '00:00'], ['12:30 p.m.', '12:30'], ['20.30', '20:30'], ['2015', '20:15']])(
    '“%s” is %s',
    (text, time) => expect(parseTime(text)).toBe(time),
  );
  it.each(['', '24:00', '20:60', '13 pm', 'noon', '0 am'])('“%s” is none', (text) => expect(parseTime(text)).toBeNull());
});

describe('a month', () => {
  it('is shown in whole weeks that begin on Monday', () => {
    const weeks = weeksOf('2026-12-10');
    expect([weeks[0]![0], weeks.at(-1)!.at(-1), weeks.length]).toEqual(['2026-11-30', '2027-01-03', 5]);
  });
  it('later keeps the day as far as it can', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2026-01-31', -1)).toBe('2025-12-31');
  });
});
