import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decimals, money } from '../src/index.ts';

const fixture = JSON.parse(readFileSync(new URL('../../protocol/fixtures/currencies.json', import.meta.url), 'utf8')) as {
  decimals: Record<string, number>;
};

test('a minor unit is what the cloud says it is, whatever the browser shows by habit', () => {
  for (const [currency, places] of Object.entries(fixture.decimals)) expect(decimals(currency), currency).toBe(places);
});

/** Spaces of every kind as one, and without marks of direction: what a person reads. */
const plain = (text: string) => text.replace(/[\u200e\u200f\u061c]/g, '').replace(/[\u00a0\u202f]/g, ' ');

test.each([
  // No country named: the sign says whose it is.
  [1_250, 'USD', 'en', 'US$12.50'],
  [1_250, 'CAD', 'en', 'CA$12.50'],
  [1_250, 'AUD', 'en', 'A$12.50'], // as the browser itself marks it,
  [1_250, 'USD', 'de', '12,50 US$'],
  [1_250, 'USD', 'pl', '12,50 USD'],
  [1_250, 'ARS', 'es', '12,50 ARS'],
  // At home, the bare sign is nobody else's.
  [1_250, 'USD', 'en-US', '$12.50'],
  [1_250, 'CAD', 'en-CA', '$12.50'],
  [1_250, 'CAD', 'fr-CA', '12,50 $'],
  [1_250, 'AUD', 'en-AU', '$12.50'],
  [1_250, 'MXN', 'es-MX', '$12.50'],
  // Next door it would be another's.
  [1_250, 'USD', 'en-CA', 'US$12.50'],
  [1_250, 'CAD', 'en-US', 'CA$12.50'],
  [1_250, 'USD', 'en-AU', 'USD 12.50'],
  [1_250, 'CLP', 'es-AR', 'CLP 1.250'],
  // None, two and three places.
  [1_200, 'JPY', 'en', 'JP¥1,200'],
  [1_200, 'JPY', 'ja', '￥1,200'],
  [1_200, 'CNY', 'zh-CN', '¥12.00'],
  [1_200, 'JPY', 'zh-CN', 'JP¥1,200'],
  [4_900, 'EUR', 'en', '€49.00'],
  [4_900, 'EUR', 'de', '49,00 €'],
  [129_900, 'PLN', 'pl', '1299,00 zł'],
  [12_345_678, 'EUR', 'de', '123.456,78 €'],
  [2_005, 'KWD', 'en', 'KWD 2.005'],
  [2_005, 'TND', 'de', '2,005 TND'],
  [5_000, 'XOF', 'en', 'F CFA 5,000'],
  // Browsers show these without places; their minor units have two all the same.
  [149_900, 'HUF', 'en', 'HUF 1,499.00'],
  [1_500_000, 'COP', 'es-CO', '$ 15.000,00'],
  [-150, 'EUR', 'en', '-€1.50'],
  [0, 'GBP', 'en-GB', '£0.00'],
])('%i %s in %s reads %s', (minor, currency, locale, text) => {
  expect(plain(money(minor, currency, locale))).toBe(text);
});

test('nonsense is written plainly and never throws', () => {
  expect(money(1_250, 'not a currency', 'en')).toBe('12.50 not a currency');
  expect(money(1_250, 'EUR', 'no such tag!')).toBe('12.50 EUR');
});
