/** What a page says about the language of an element. */
export interface Language {
  /** A well-formed BCP 47 tag, like `pl`, `en-CA`, `ar-EG`. */
  tag: string;
  dir: 'ltr' | 'rtl';
}

/** What finding it needs of the browser. */
export interface Reader {
  /** The reader's own language, for pages that say nothing. */
  language: string;
}

/** Scripts written from right to left; a tag without a script gets the usual one of its language. */
const RIGHT_TO_LEFT = /Adlm|Ara[bn]|Hebr|Nkoo|Rohg|Syrc|Thaa/;

/** The tag in its regular form; null when it is none. Shop systems also write `pl_PL`. */
function wellFormed(text: string | null): string | null {
  try {
    return Intl.getCanonicalLocales((text ?? '').trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

export function directionOf(tag: string): Language['dir'] {
  return RIGHT_TO_LEFT.test(new Intl.Locale(tag).maximize().script ?? '') ? 'rtl' : 'ltr';
}

/** The element, its ancestors and their hosts, up to the document's root. */
function* upFrom(element: Element): Generator<Element> {
  for (let at: Element | null = element; at; ) {
    yield at;
    const root: Node = at.getRootNode();
    at = at.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
}

/**
 * The language of `element`: the nearest `lang` from the element itself up through the page; the reader's own only
 * when nobody says a word. The direction is the nearest `dir`, unless a nearer `lang` has one by nature.
 */
export function languageOf(element: Element, reader: Reader = navigator): Language {
  let dir: Language['dir'] | null = null;
  for (const at of upFrom(element)) {
    const said = at.getAttribute('dir')?.toLowerCase();
    if (said === 'rtl' || said === 'ltr') dir ??= said;
    const tag = wellFormed(at.getAttribute('lang'));
    if (tag) return { tag, dir: dir ?? directionOf(tag) };
  }
  const tag = wellFormed(reader.language) ?? 'en';
  // A page that says nothing is written from left to right, whatever its reader speaks.
  return { tag, dir: dir ?? 'ltr' };
}

/** Calls `changed` when the language or the direction of `element` becomes another one; returns the way out. */
export function watchLanguage(element: Element, changed: (language: Language) => void): () => void {
  let last = languageOf(element);
  const observer = new MutationObserver(() => {
    const now = languageOf(element);
    if (now.tag === last.tag && now.dir === last.dir) return;
    last = now;
    changed(now);
  });
  const roots = new Set<Node>();
  for (const at of upFrom(element)) roots.add(at.getRootNode());
  for (const root of roots) observer.observe(root, { subtree: true, attributeFilter: ['lang', 'dir'] });
  return () => observer.disconnect();
}
