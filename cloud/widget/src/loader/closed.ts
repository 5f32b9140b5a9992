const KEY = 'vitrine:closed';
/** Shows that are remembered, at most: a page may have several channels, and each has its next show. */
const MOST = 12;

/** What was closed on this page, for browsers that store nothing. */
const here: string[] = [];

function stored(): string[] {
  try {
    return localStorage.getItem(KEY)?.split(' ') ?? [];
  } catch {
    return [];
  }
}

/** Whether this shopper closed the show's teaser; the next show of the channel may ask again. */
export const isClosed = (show: string) => [...here, ...stored()].includes(show);

export function rememberClosed(show: string): void {
  here.push(show);
  try {
    localStorage.setItem(KEY, [...stored(), show].slice(-MOST).join(' '));
  } catch {
    // Forbidden or full: it stays closed on this page.
  }
}
