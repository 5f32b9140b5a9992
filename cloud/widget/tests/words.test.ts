import { expect, test } from 'vitest';
import { english, type Words } from '../src/app/lib/text/en.ts';
import { cartSentence, chatSentence } from '../src/app/lib/text/sentences.ts';
import { Speech } from '../src/app/lib/text/speech.svelte.ts';
import { teaserWords } from '../src/loader/words.ts';
import { words as german } from '../src/parts/words-de.ts';
import { words as polish } from '../src/parts/words-pl.ts';
import { directionOf } from '../src/shared/language.ts';

const ltr = (tag: string) => ({ tag, dir: 'ltr' as const });
const catalogues = (language: string) => ({ pl: Promise.resolve(polish), de: Promise.resolve(german) })[language] ?? null;

async function speaking(tag: string): Promise<Speech> {
  const speech = new Speech(ltr(tag), catalogues);
  await speech.ready;
  return speech;
}

/** Every sentence of a catalogue, with what it is made of filled in. */
function* sentences(words: Words): Generator<[string, string]> {
  for (const [name, word] of Object.entries(words)) {
    if (name === 'language') continue;
    if (typeof word === 'string') yield [name, word];
    else if (typeof word === 'object') for (const [part, text] of Object.entries(word)) yield [`${name}.${part}`, text];
    else for (const count of [0, 1, 2, 5, 22, 1_284]) yield [`${name}(${count})`, (word as (...of: unknown[]) => string)(count, 'x')];
  }
}

test.each([['de', german], ['pl', polish]] as const)('%s says everything, and in its own words', (language, words) => {
  expect(words.language).toBe(language);
  const said = [...sentences(words)];
  for (const [name, text] of said) expect(text.trim(), name).not.toBe('');
  const same = said.filter(([name, text]) => text.length > 12 && new Map(sentences(english)).get(name) === text);
  expect(same).toEqual([]);
});

test('a count takes the form that its language asks for', () => {
  expect([1, 2, 5, 12, 22, 25].map(polish.left)).toEqual([
    'Została 1 sztuka',
    'Zostały 2 sztuki',
    'Zostało 5 sztuk',
    'Zostało 12 sztuk',
    'Zostały 22 sztuki',
    'Zostało 25 sztuk',
  ]);
  expect([0, 1, 4, 1_284].map(polish.watching)).toEqual(['Ogląda 0 osób', 'Ogląda 1 osoba', 'Oglądają 4 osoby', 'Oglądają 1284 osoby']);
  expect([1, 1_284].map(german.watching)).toEqual(['1 Person schaut zu', '1.284 Personen schauen zu']);
  expect([1, 2].map(english.days)).toEqual(['day', 'days']);
});

test('words follow the language, and English stands in where there is none', async () => {
  const speech = await speaking('pl-PL');
  const { words } = speech;
  expect(words.soldOut).toBe('Wyprzedane');
  await speech.speak(ltr('de'));
  expect(words.soldOut).toBe('Ausverkauft');
  await speech.speak(ltr('ja'));
  expect(words.soldOut).toBe('Sold out');
});

test('a catalogue of another build or out of reach never leaves a hole', async () => {
  const old = new Speech(ltr('pl'), () => Promise.resolve({ language: 'pl', close: 'Zamknij', cartErrors: { auth: 'Zaloguj się.' } as Words['cartErrors'] }));
  await old.ready;
  expect([old.words.close, old.words.soldOut]).toEqual(['Zamknij', 'Sold out']);
  expect([old.words.cartErrors.auth, old.words.cartErrors.network]).toEqual(['Zaloguj się.', english.cartErrors.network]);
  const gone = new Speech(ltr('pl'), () => Promise.reject(new Error('gone')));
  await gone.ready;
  expect(gone.words.close).toBe(english.close);
});

test('a language that comes late does not overtake the one that was chosen since', async () => {
  let arrive: (words: Words) => void = () => undefined;
  const slow = new Promise<Words>((resolve) => (arrive = resolve));
  const speech = new Speech(ltr('pl'), (language) => (language === 'pl' ? slow : language === 'de' ? Promise.resolve(german) : null));
  await speech.speak(ltr('de'));
  arrive(polish);
  await speech.ready;
  expect(speech.words.soldOut).toBe('Ausverkauft');
});

test('dates and figures belong to the sentence around them, prices to the page', async () => {
  const at = '2026-11-24T18:30:00Z';
  expect((await speaking('pl')).moment(at)).toMatch(/^wtorek,? 24 listopada/);
  expect((await speaking('de')).moment(at)).toMatch(/^Dienstag, 24\. November/);
  const french = await speaking('fr');
  expect(french.moment(at)).toMatch(/^Tuesday/);
  expect(french.money(4_900, 'EUR').replace(/\s/g, ' ')).toBe('49,00 €');
  expect([french.locale, french.shopLang]).toEqual(['en', 'fr']);
  expect((await speaking('de-AT')).locale).toBe('de-AT');
  expect((await speaking('de-AT')).shopLang).toBeUndefined();
  expect(french.moment('nonsense')).toBe('');
});

test('English on a page that is read the other way keeps its order', async () => {
  const speech = new Speech({ tag: 'ar', dir: 'rtl' }, () => null);
  await speech.ready;
  const { words } = speech;
  expect([words.adding, words.left(3), words.reaction.heart].map((text) => text.replace(/^\u2068(.*)\u2069$/, '[$1]'))).toEqual(['[Adding…]', '[Only 3 left]', '[Send a heart]']);
  await speech.speak({ tag: 'ar', dir: 'ltr' });
  expect(words.adding).toBe('Adding…');
});

test('an error is a sentence in every language, whatever its code', () => {
  for (const words of [english, german, polish]) {
    expect(chatSentence({ code: 'banned' }, words)).toBe(words.chatErrors.banned);
    for (const odd of [new Error('x'), null, { code: 'toString' }, { code: 7 }]) expect(chatSentence(odd, words)).toBe(words.chatErrors.other);
    expect(cartSentence([{ code: 'auth', message: '' }], words)).toBe(words.cartErrors.auth);
    expect(cartSentence([{ code: 'auth', message: 'By the shop.' }], words)).toBe('By the shop.');
    expect(cartSentence([{ code: 'constructor', message: '' }], words)).toBe(words.cartErrors.invalid);
    expect(cartSentence(undefined, words)).toBe(words.cartErrors.invalid);
  }
});

test('the teaser speaks the same languages', () => {
  expect(teaserWords('pl-PL')).toMatchObject({ live: 'NA ŻYWO', locale: 'pl-PL' });
  expect(teaserWords('de')).toMatchObject({ soon: 'BALD' });
  expect(teaserWords('ar')).toMatchObject({ live: 'LIVE', locale: 'en' });
  expect(Object.keys(teaserWords('pl'))).toEqual(Object.keys(teaserWords('en')));
});

test('a language knows which way it is read', () => {
  for (const tag of ['ar', 'ar-EG', 'he', 'iw', 'fa', 'ur', 'ps', 'yi', 'az-Arab', 'ku-Arab']) expect(directionOf(tag), tag).toBe('rtl');
  for (const tag of ['en', 'pl', 'de', 'ja', 'az', 'ks-Deva', 'ar-Latn']) expect(directionOf(tag), tag).toBe('ltr');
});
