/** The script element that brought the loader; only known while it runs for the first time. */
const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';

/**
 * The cloud's address without a trailing slash: what the merchant wrote, else where the loader came from.
 * Empty when nothing makes sense.
 */
export function cloudBase(attribute: string | null): string {
  const found = document.querySelector<HTMLScriptElement>('script[src*="/widget/vitrine"]')?.src;
  for (const [text, cut] of [
    [attribute, ''],
    [script || found, '/widget/vitrine'], // the loader's usual address or a pinned one
  ] as const) {
    if (!text) continue;
    try {
      const url = new URL(text, location.href);
      const end = cut ? url.pathname.lastIndexOf(cut) : url.pathname.length;
      if (url.protocol.startsWith('http') && end >= 0) return (url.origin + url.pathname.slice(0, end)).replace(/\/+$/, '');
    } catch {
      // Not an address: look further.
    }
  }
  return '';
}
