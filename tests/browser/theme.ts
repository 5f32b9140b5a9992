// Two shops with the same element: one plain, one with the nastiest theme, where nothing of the theme may be seen in the widget.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { servePages } from './pages.ts';

const NASTY = readFileSync(join(import.meta.dirname, 'fixtures/nasty.html'), 'utf8');
const PLAIN = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Plain</title>
  <body><button id="under">a button of the shop</button><div style="height:4000px"></div>{element}<script async src="{cloud}/widget/vitrine.js"></script>`;

/** `/nasty`, `/plain`, and the same with the words read from right to left and `corner="…"`: `/nasty-left`, `/nasty-rtl`. */
export function serveThemes(cloudUrl: string): ReturnType<typeof servePages> {
  const page = (text: string, attributes = '', from = '', to = '') => () => ({
    body: text.replace(from, to).replaceAll('{cloud}', cloudUrl).replaceAll('{element}', `<vitrine-show channel="demo" ${attributes}></vitrine-show>`),
  });
  return servePages({
    '/nasty': page(NASTY),
    '/nasty-left': page(NASTY, 'corner="left"'),
    '/nasty-rtl': page(NASTY, 'corner="start"', '<html lang="en" dir="ltr"', '<html lang="ar" dir="rtl"'),
    '/nasty-inset': page(NASTY, 'style="--vt-inset-bottom: 200px"'),
    '/nasty-tiny': page(NASTY, '', 'class="no-js"', 'class="tiny"'),
    '/plain': page(PLAIN),
  });
}

/** What an element looks like inside: every part's box, from the corner of the outermost, and every style that is handed down. Runs in the page. */
export function portrait(): string[] {
  const root = document.querySelector('vitrine-show')?.shadowRoot;
  const outer = root?.querySelector('.teaser, .stage');
  if (!root || !outer) return ['nothing'];
  const { x, y } = outer.getBoundingClientRect();
  const inherited = [
    'color', 'cursor', 'direction', 'font-family', 'font-size', 'font-style', 'font-variant', 'font-weight', 'hyphens', 'letter-spacing', 'line-height',
    'list-style', 'quotes', 'tab-size', 'text-align', 'text-indent', 'text-shadow', 'text-transform', 'user-select', 'visibility', 'white-space',
    'word-break', 'word-spacing', 'writing-mode', 'pointer-events', 'opacity', 'box-sizing',
  ];
  return [...outer.querySelectorAll('*'), outer].filter((part) => !part.closest('.loading, svg') && part.tagName !== 'BR').map((part) => {
    const box = part.getBoundingClientRect();
    const style = getComputedStyle(part);
    const sizes = [box.x - x, box.y - y, box.width, box.height].map((size) => Math.round(size));
    return `${part.tagName}.${part.getAttribute('class') ?? ''} ${sizes.join(' ')} ${inherited.map((name) => style.getPropertyValue(name)).join('|')}`;
  });
}
