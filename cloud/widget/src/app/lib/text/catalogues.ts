// Which languages there are beside English: each is a part of its own, and a page loads the one it speaks.
import type * as PolishPart from '../../../parts/words-pl.ts';
import { part } from '../parts.ts';
import type { Catalogues } from './speech.svelte.ts';

const LANGUAGES: readonly string[] = ['de', 'pl'];

export const catalogues: Catalogues = (language) =>
  LANGUAGES.includes(language) ? part<typeof PolishPart>(`words-${language}`).then(({ words }) => words) : null;
