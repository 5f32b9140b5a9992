// What the shop remembers in the browser. Where storage is blocked or full, this page alone remembers.

export type Shelf = 'localStorage' | 'sessionStorage';

const here = new Map<string, string>();

export function recall(shelf: Shelf, key: string): string | null {
  try {
    return here.get(key) ?? window[shelf].getItem(key); // here: newer than what a full storage still has
  } catch {
    return here.get(key) ?? null;
  }
}

export function keep(shelf: Shelf, key: string, text: string): void {
  try {
    window[shelf].setItem(key, text);
    here.delete(key);
  } catch {
    here.set(key, text);
  }
}
