// The widget is mirrored where a page is read from right to left: its styles know a start and an end, no left and no right.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../src');
const EXEMPT = 'physical'; // said in a comment on the same line: what must not be mirrored

/** The styles of one file: all of a style sheet, the `style` element of a component, the text of a script that holds CSS. */
function styles(name: string, text: string): string {
  if (name.endsWith('.css')) return text;
  if (name.endsWith('css.ts')) return text.replaceAll(/([;{}])/g, '$1\n');
  if (!name.endsWith('.svelte')) return '';
  const markup = [...text.matchAll(/style:[\w-]+=/g)].map(([it]) => it.replace('style:', '').replace('=', ': x'));
  return [...markup, /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? ''].join('\n');
}

/** Values of a shorthand; what stands in brackets is one. */
const values = (text: string) => text.replace(/\([^()]*(\([^()]*\)[^()]*)*\)/g, '()').trim().split(/\s+/);

/** What is wrong with one declaration, or nothing. */
function physical(declaration: string): boolean {
  const [, property = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^;{}]+?)\s*;?\s*}?\s*$/.exec(declaration) ?? [];
  if (/^(left|right)$|-(left|right)(-|$)/.test(property)) return true;
  if (/^(text-align|float|clear|justify-content|justify-items|justify-self|scroll-snap-align)$/.test(property) && /\b(left|right)\b/.test(value)) return true;
  const [a, b, c, d] = values(value);
  if (/^(padding|margin|inset|border-width|scroll-padding|scroll-margin)$/.test(property)) return d !== undefined && b !== d;
  if (property === 'border-radius' && !value.includes('/')) return d !== undefined ? !(a === b && c === d) : b !== undefined && a !== b;
  return false;
}

test('the rule sees what it should see', () => {
  const wrong = ['left: 0;', 'margin-right: 2px', 'padding: 0 4px 0 12px;', 'text-align: right;', 'border-top-left-radius: 3px;', 'inset: auto 16px 16px auto;', 'border-radius: 4px 0;'];
  const right = ['inset-inline-end: 0;', 'padding: 0 4px 2px;', 'padding: 1px 4px 2px 4px', 'border-radius: 8px 8px 0 0;', 'text-align: start;', 'inset: 0;', 'transition: left 1s;'];
  expect(wrong.filter((one) => !physical(one))).toEqual([]);
  expect(right.filter(physical)).toEqual([]);
});

test('no style of the widget says left or right', () => {
  const found: string[] = [];
  for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    for (const line of styles(entry.name, readFileSync(path, 'utf8')).split('\n')) {
      if (!line.includes(EXEMPT) && physical(line)) found.push(`${path.slice(src.length + 1)}: ${line.trim()}`);
    }
  }
  expect(found).toEqual([]);
});
