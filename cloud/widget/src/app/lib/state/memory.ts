/** What outlives the page: the viewer's pass and name. Every value may be missing; nothing here throws. */
export interface Memory {
  read(key: string): string | null;
  write(key: string, value: string): void;
}

/** The page's localStorage, or nothing at all where the browser forbids it. */
export const pageMemory: Memory = {
  read(key) {
    try {
      return localStorage.getItem(`vitrine:${key}`);
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(`vitrine:${key}`, value);
    } catch {
      // Forbidden or full: the viewer chooses a name again next time.
    }
  },
};
