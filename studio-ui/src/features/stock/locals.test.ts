import { expect, it } from 'vitest';
import { languageName, languageOf, marketName, marketOf } from '../../lib/text/places.ts';
import { withPrice } from './locals.ts';

it('takes languages and countries as people write them, and nothing else', () => {
  expect(['de', 'PT-br', 'pl_PL', 'zh-hant'].map(languageOf)).toEqual(['de', 'pt-BR', 'pl-PL', 'zh-Hant']);
  expect(['', 'german words', 'xx-<script>', 'de-u-co-phonebk'].map(languageOf)).toEqual([null, null, null, null]);
  expect(['at', ' CH '].map(marketOf)).toEqual(['AT', 'CH']);
  expect(['', 'ZZ', 'EU', 'Austria', '1A'].map(marketOf)).toEqual([null, null, null, null, null]);
  expect(languageName('de')).toBe('German');
  expect([marketName('AT'), marketName(null)]).toEqual(['Austria', 'Everywhere']);
});

it('sets one price and leaves the others', () => {
  const price = (currency: string, market: string | null, price_minor: number) => ({ currency, market, price_minor, compare_at_minor: null });
  const kept = [price('CHF', null, 5000), price('EUR', 'AT', 4800)].map((one) => ({ ...one, prior_price_minor: null }));
  expect(withPrice(kept, 'EUR/AT', price('EUR', 'AT', 4700))).toEqual([price('CHF', null, 5000), price('EUR', 'AT', 4700)]);
  expect(withPrice(kept, null, price('USD', 'US', 5900))).toHaveLength(3);
  expect(withPrice(kept, 'CHF', null)).toEqual([price('EUR', 'AT', 4800)]);
});
