import { expect, test } from 'vitest';
import { problemsOf, readingOf, textsOf } from './reading.ts';

test('a list that adds words and prices is asked for those alone, and comes back as it was', () => {
  const texts = { ...textsOf('feed-fr', { currency: 'eur' }), kind: 'adds' as const, adds_to: ' main ', language: 'fr_fr', market: 'fr' };
  const { source, options } = readingOf(texts);
  expect([source, options]).toEqual(['feed-fr', { currency: 'EUR', adds_to: 'main', language: 'fr-FR', market: 'FR' }]);
  expect(readingOf(textsOf(source, options))).toEqual({ source, options });
});

test('what a list of products says is kept, without words and prices of others', () => {
  const options = { currency: null, shop_url: 'https://shop.example', stock: 'replace' as const, missing: 'hide' as const };
  expect(readingOf({ ...textsOf('main', options), language: 'fr', market: 'FR' })).toEqual({ source: 'main', options });
});

test('a list adds to another one than itself, in a language and a country that there are', () => {
  const adds = { ...textsOf('main', {}), kind: 'adds' as const };
  expect(problemsOf(adds).source).toContain('another list');
  expect(problemsOf({ ...adds, source: 'fr', adds_to: ' ' }).adds_to).not.toBe('');
  const wrong = problemsOf({ ...adds, source: 'fr', language: 'french!', market: 'EU' });
  expect([wrong.source, wrong.language !== '', wrong.market !== '']).toEqual(['', true, true]);
  expect(Object.values(problemsOf({ ...adds, source: 'fr' })).every((one) => one === '')).toBe(true);
  expect(problemsOf({ ...textsOf('main', {}), language: '!', market: '!' })).toMatchObject({ language: '', market: '' });
});
