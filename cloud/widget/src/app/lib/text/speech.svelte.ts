// The words of one element: chosen by its language, loaded when they are not English, changed when it changes.
import { money } from '@vitrine/client';
import { getContext } from 'svelte';
import { directionOf, languageOf, watchLanguage, type Language } from '../../../shared/language.ts';
import { english, type Words } from './en.ts';
import { isolate } from './say.ts';

/** Loads a catalogue by its language; null when there is none. */
export type Catalogues = (language: string) => Promise<Partial<Words>> | null;

/** An element waits this long for its words before it is shown in English, in milliseconds. */
export const WORDS_WITHIN_MS = 1_500;

/** The context of a view in which its speech stands. */
export const SPEECH = Symbol('speech');

/** What one element says, and how it writes figures, dates and money. Reactive: draw from it, keep nothing. */
export class Speech {
  /** The language of the page around the element; prices and the shop's own texts are in it. */
  language = $state.raw() as Language;
  /** The catalogue itself: `getWords()` hands out one that follows a change. */
  spoken = $state.raw<Words>(english);
  /** Every word as a property that follows the language. */
  readonly words: Words;
  /** Settled once the words are there, or late. */
  readonly ready: Promise<void>;
  readonly #catalogues: Catalogues;
  #unwatch: () => void = () => undefined;

  constructor(language: Language, catalogues: Catalogues) {
    this.#catalogues = catalogues;
    this.language = language;
    this.words = new Proxy({} as Words, { get: (_, word) => this.spoken[word as keyof Words] });
    this.ready = this.speak(language);
  }

  /** The speech of an element in a page; `stop()` ends it. */
  static of(element: Element, catalogues: Catalogues): Speech {
    const speech = new Speech(languageOf(element), catalogues);
    speech.#unwatch = watchLanguage(element, (language) => void speech.speak(language));
    return speech;
  }

  stop(): void {
    this.#unwatch();
  }

  /** Takes another language; a catalogue that does not come leaves English. */
  async speak(language: Language): Promise<void> {
    this.language = language;
    const wanted = new Intl.Locale(language.tag).language;
    const loading = this.#catalogues(wanted);
    let words = english;
    if (loading) {
      try {
        words = complete(await loading);
      } catch {
        // Out of reach: English is better than nothing.
      }
    }
    if (this.language.tag !== language.tag) return;
    this.spoken = directionOf(words.language) === this.language.dir ? words : isolated(words);
  }

  /** Of the words: their own region where the page speaks their language, so that dates fit the sentences. */
  get locale(): string {
    const { tag } = this.language;
    return new Intl.Locale(tag).language === this.spoken.language ? tag : this.spoken.language;
  }

  /** For the shop's own texts, where they are not in the language of the words around them. */
  get shopLang(): string | undefined {
    const { tag } = this.language;
    return new Intl.Locale(tag).language === this.spoken.language ? undefined : tag;
  }

  /** Minor units as the page's reader writes money. */
  money(minor: number, currency: string): string {
    return money(minor, currency, this.language.tag);
  }

  /** An instant (RFC 3339) as weekday, day and time; empty when it is none. */
  moment(at: string | null): string {
    const time = Date.parse(at ?? '');
    if (Number.isNaN(time)) return '';
    return new Intl.DateTimeFormat(this.locale, { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' }).format(time);
  }

  /** Two digits, as on a clock. */
  clock(n: number): string {
    return new Intl.NumberFormat(this.locale, { minimumIntegerDigits: 2, useGrouping: false }).format(n);
  }
}

/** A catalogue may come from another build than the app: what it lacks is said in English. */
function complete(words: Partial<Words>): Words {
  const whole: Words = { ...english, ...words };
  for (const group of ['reaction', 'chatErrors', 'cartErrors'] as const) Object.assign(whole, { [group]: { ...english[group], ...words[group] } });
  return whole;
}

/** The same words where the page is read the other way: a full stop stays at the end of its sentence. */
function isolated(words: Words): Words {
  const keep = (word: unknown): unknown => {
    if (typeof word === 'string') return isolate(word);
    if (typeof word === 'function') return (...of: unknown[]) => isolate((word as (...of: unknown[]) => string)(...of));
    return Object.fromEntries(Object.entries(word as object).map(([name, text]) => [name, keep(text)]));
  };
  return { ...(keep(words) as Words), language: words.language, figure: words.figure };
}

/** The speech of the element around a component: figures, dates, money, language, direction. */
export function getSpeech(): Speech {
  return getContext<Speech>(SPEECH);
}

/** Every word of the element around a component: `const words = getWords()` and `{words.close}`. */
export function getWords(): Words {
  return getSpeech().words;
}
