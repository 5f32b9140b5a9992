/** What an import came to, in words. */
import type { Import } from '../../lib/cloud/imports.ts';

/**
 * How many of the new products nobody counted: they are sold out until somebody does. Of those that were there already a list without
 * a number changes nothing.
 */
export const uncountedOf = ({ created, uncounted }: Pick<Import['counts'], 'created' | 'uncounted'>): number => Math.min(created, uncounted);

/** The same of those that the list never counts: they are sold all the same. */
export const untrackedOf = ({ created, untracked = 0 }: Pick<Import['counts'], 'created' | 'untracked'>): number => Math.min(created, untracked);

/** A sentence of the cloud as a person reads it: it begins with a capital, and names stand between the marks of the other words. */
export function plain(sentence: string): string {
  const marked = sentence.trim().replace(/`([^`]*)`/g, '“$1”');
  const first = marked.search(/\p{L}/u);
  // What is quoted keeps its letters, and so does the name of a server.
  const begun = first === 0 && !/^[\w-]+\.\w/.test(marked) ? marked.charAt(0).toUpperCase() + marked.slice(1) : marked;
  return begun === '' || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
