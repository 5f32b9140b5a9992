import { expect, test } from 'vitest';
import { choiceOf } from '../src/loader/choice.ts';

/** An element that stands in a page by itself, as far as `choiceOf` looks. */
function element(attributes: Record<string, string>): Element {
  const made: unknown = { getAttribute: (name: string) => attributes[name] ?? null, parentElement: null, getRootNode: () => ({}) };
  return made as Element;
}

test('the page says whom products are for, and the browser where the page is silent', () => {
  globalThis.ShadowRoot ??= class {} as typeof ShadowRoot;
  const cases: [Record<string, string>, string, string][] = [
    [{}, 'de-AT', '?language=de-AT&market=AT&currency='],
    [{}, 'de', '?language=de&market=&currency='],
    [{ lang: 'pl_PL' }, 'de-AT', '?language=pl-PL&market=AT&currency='],
    [{ lang: 'fr', market: 'CH', currency: 'CHF' }, 'de-AT', '?language=fr&market=CH&currency=CHF'],
    [{ market: 'a&b', currency: '<x>' }, 'C', '?language=en&market=a%26b&currency=%3Cx%3E'],
    [{}, 'zh-Hant-TW', '?language=zh-Hant-TW&market=TW&currency='],
  ];
  for (const [attributes, language, query] of cases) expect(choiceOf(element(attributes), { language })).toBe(query);
});
