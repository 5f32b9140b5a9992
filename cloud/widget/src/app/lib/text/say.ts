/** The forms of a word by plural category; `other` is always there. Source: CLDR, Language Plural Rules. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Keeps a text in its own direction where no markup can (U+2068 to U+2069, first strong isolate). */
export const isolate = (text: string) => `\u2068${text}\u2069`;

/** How one language counts: `{n}` in the form that the count asks for stands for the figure. */
export interface Counting {
  figure(count: number): string;
  count(count: number, forms: Forms): string;
}

/** Counting in the language of a catalogue. */
export function countingIn(language: string): Counting {
  const rules = new Intl.PluralRules(language);
  const figures = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const figure = (count: number) => figures.format(Math.max(0, Math.round(count)));
  return {
    figure,
    count(count, forms) {
      const whole = Math.max(0, Math.round(count));
      return (forms[rules.select(whole)] ?? forms.other).replace('{n}', figure(whole));
    },
  };
}
