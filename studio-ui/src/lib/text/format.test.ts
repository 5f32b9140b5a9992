import { describe, expect, it } from 'vitest';
import * as format from './format.ts';

describe('format', () => {
  it('counts a show in hours, minutes and seconds', () => {
    expect(format.clock(761_000)).toBe('00:12:41');
    expect(format.clock(-5)).toBe('00:00:00');
    expect(format.clock(100 * 3_600_000)).toBe('100:00:00');
  });

  it('keeps short durations short', () => {
    expect(format.duration(42_900)).toBe('0:42');
    expect(format.duration(3_723_000)).toBe('1:02:03');
  });

  it('sets money with all its digits, and thousands apart as in every other number', () => {
    expect(format.money(4900, 'EUR')).toBe('€49.00');
    expect(format.money(1, 'EUR')).toBe('€0.01');
    expect(format.money(90_808_826, 'EUR')).toBe('€908\u2009088.26');
    expect(format.money(4900, 'JPY')).toBe('¥4\u2009900');
    expect(format.money(1_299_500, 'KWD')).toMatch(/^KWD.1\u2009299\.500$/);
    expect(format.inPriceField(550, 'EUR')).toBe('5.50');
    expect(format.inPriceField(4900, 'JPY')).toBe('4900');
  });

  it('reads a typed price', () => {
    expect(format.parsePrice('49', 'EUR')).toBe(4900);
    expect(format.parsePrice(' 49,5 ', 'EUR')).toBe(4950);
    expect(format.parsePrice('4900', 'JPY')).toBe(4900);
    for (const bad of ['', 'free', '-1', '1.2.3', '1e9']) {
      expect(format.parsePrice(bad, 'EUR'), bad).toBeNull();
    }
  });

  it('refuses a price that could be read in two ways', () => {
    for (const [text, currency] of [['1,299', 'EUR'], ['1.299', 'EUR'], ['4,900', 'JPY'], ['4.90', 'JPY'], ['1,299', 'KWD'], ['1.299,00', 'EUR'], ['1 299', 'EUR']] as const) {
      expect(format.parsePrice(text, currency), `${text} ${currency}`).toBeNull();
    }
    expect(format.parsePrice('1.299', 'KWD')).toBe(1299);
    expect(format.parsePrice('12,5', 'EUR')).toBe(1250);
    expect(format.parsePrice('12,50', 'KWD')).toBe(12_500);
    for (const currency of ['EUR', 'JPY', 'KWD']) expect(format.parsePrice(format.priceExample(currency), currency)).not.toBeNull();
  });

  it('parts thousands and names bitrates', () => {
    expect(format.count(1284)).toBe('1\u2009284');
    expect(format.bitrate(5980)).toBe('6.0 Mb/s');
    expect(format.bitrate(640)).toBe('640 kb/s');
  });

  it('shows silence as silence', () => {
    expect(format.decibel(-12.4)).toBe('−12 dB');
    expect(format.decibel(-100)).toBe('−∞ dB');
  });

  it('names near days', () => {
    const now = new Date(2026, 10, 24, 12).getTime();
    expect(format.dayAndTime(new Date(2026, 10, 25, 19).getTime(), now)).toBe('Tomorrow, 19:00');
    expect(format.dayAndTime(new Date(2026, 10, 24, 9, 5).getTime(), now)).toBe('Today, 09:05');
    expect(format.dayAndTime(new Date(2026, 11, 2, 19).getTime(), now)).toBe('Wed 2 Dec, 19:00');
  });
});

describe('the time of an organisation', () => {
  it('is what its clocks show, in summer and in winter', () => {
    const at = (text: string, now: string) => format.dayAndTime(text, Date.parse(now), 'Europe/Berlin');
    expect(at('2026-07-01T22:30:00Z', '2026-07-01T21:00:00Z')).toBe('Tomorrow, 00:30');
    expect(at('2026-12-01T22:30:00Z', '2026-12-01T21:00:00Z')).toBe('Today, 23:30');
  });

  it.each([
    ['2026-07-01T00:00', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-12-01T00:00', 'Europe/Berlin', '2026-11-30T23:00:00.000Z'],
    ['2026-10-25T12:00', 'America/New_York', '2026-10-25T16:00:00.000Z'],
  ])('%s in %s is the moment of a field and back', (text, zone, at) => {
    expect(format.fromField(text, zone)).toBe(at);
    expect(format.inField(at, zone)).toBe(text);
  });

  it('is no moment without both a day and a time', () => expect(format.fromField('', 'Europe/Berlin')).toBeNull());
});
