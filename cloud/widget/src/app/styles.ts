/** Filled in by scripts/build.mjs with every style of the app, so that no `style` element meets a shop's CSP. */
declare const __VITRINE_CSS__: string;

const css: string = __VITRINE_CSS__;
let sheet: CSSStyleSheet | undefined;

/** The one style sheet that all elements of a page share. */
export function styles(): CSSStyleSheet {
  return (sheet ??= stylesFor(window).sheet);
}

/** The same for another window: a sheet belongs to the document that made it. */
export function stylesFor(view: Window & typeof globalThis): { css: string; sheet: CSSStyleSheet } {
  const made = new view.CSSStyleSheet();
  made.replaceSync(css);
  return { css, sheet: made };
}
