import { languageOf } from '../shared/language.ts';

/** Whom the cloud answers: what the page says by `lang`, `market` and `currency`, else what the browser says of its reader. */
export function choiceOf(host: Element, reader: { language: string } = navigator): string {
  const said = (name: string) => host.getAttribute(name);
  return `?${new URLSearchParams({
    language: languageOf(host, reader).tag,
    market: said('market') || (/-([a-z]{2})\b/i.exec(reader.language)?.[1] ?? ''),
    currency: said('currency') ?? '',
  }).toString()}`;
}
