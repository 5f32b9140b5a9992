import { expect, it } from 'vitest';
import { languageChoices, languageOf, marketChoices, marketOf } from './places.ts';

it('offers every language and country by its name, and none that the cloud would refuse', () => {
  const languages = languageChoices().map(({ value }) => value);
  const markets = marketChoices().map(({ value }) => value);
  expect(languages).toEqual(expect.arrayContaining(['de', 'fr', 'en', 'ja']));
  expect(markets).toEqual(expect.arrayContaining(['AT', 'CH', 'FR', 'GB']));
  for (const gone of ['iw', 'xx']) expect(languages).not.toContain(gone);
  for (const none of ['DD', 'EU', 'ZZ', 'XA']) expect(markets).not.toContain(none);
  expect(languages.every((tag) => languageOf(tag) === tag)).toBe(true);
  expect(markets.every((code) => marketOf(code) === code)).toBe(true);
});
