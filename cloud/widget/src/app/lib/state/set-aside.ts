import type { KeptDraft } from './draft.svelte.ts';

/** What was being written when a show was closed, by view and show: it is there again when the show is opened again in this page. */
const drafts = new Map<string, KeptDraft>();

export function setAside(whose: string, draft: KeptDraft): void {
  drafts.set(whose, draft);
}

/** Once: what is taken up is somebody's draft again. */
export function takeBack(whose: string): KeptDraft | undefined {
  const draft = drafts.get(whose);
  drafts.delete(whose);
  return draft;
}
