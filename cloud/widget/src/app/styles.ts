/** Filled in by scripts/build.mjs with every style of the app, so that no `style` element meets a shop's CSP. */
declare const __VITRINE_CSS__: string;

const css: string = __VITRINE_CSS__;
let sheet: CSSStyleSheet | undefined;

/** The one style sheet that all elements of a page share. */
export function styles(): CSSStyleSheet {
  return (sheet ??= stylesFor(window).sheet);
}

/** What the shop chose for all its pages; what a page sets on the element wins over it. */
export function brandSheet(accent: string | null | undefined): CSSStyleSheet[] {
  if (!accent) return [];
  const made = new CSSStyleSheet();
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16) / 255) as [number, number, number];
  const linear = (part: number) => part ** 2.2;
  // Black from where it stands out more than white does (WCAG 2.2, contrast ratio).
  const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179;
  made.replaceSync(`:host{--vt-accent:${accent};--vt-on-accent:${light ? '#000' : '#fff'}}`);
  return [made];
}

/** The same for another window: a sheet belongs to the document that made it. */
export function stylesFor(view: Window & typeof globalThis): { css: string; sheet: CSSStyleSheet } {
  const made = new view.CSSStyleSheet();
  made.replaceSync(css);
  return { css, sheet: made };
}
