/** Filled in by scripts/build.mjs with every style of the app, so that no `style` element meets a shop's CSP. */
declare const __VITRINE_CSS__: string;

let sheet: CSSStyleSheet | undefined;

/** The one style sheet that all elements of a page share. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(__VITRINE_CSS__);
  }
  return sheet;
}
