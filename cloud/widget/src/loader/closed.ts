const KEY = 'vitrine:closed';

/** The show whose teaser this shopper closed; the next show may ask again. */
export function closedShow(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberClosed(show: string): void {
  try {
    localStorage.setItem(KEY, show);
  } catch {
    // Forbidden: it stays closed on this page.
  }
}
