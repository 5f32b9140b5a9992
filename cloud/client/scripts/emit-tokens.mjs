// Writes tokens/root.css and tokens/host.css from tokens/tokens.mjs; with --check only says whether they are fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import { dark, light, shared, widget } from '../tokens/tokens.mjs';

const note = '/* Written by scripts/emit-tokens.mjs from tokens.mjs. Change it there, then run: npm run gen -w cloud/client */\n';
const block = (selector, values) =>
  `${selector} {\n${Object.entries(values).map(([name, value]) => `  --vt-${name}: ${value};`).join('\n')}\n}\n`;

/** A merchant's page may set any root font size, so the widget measures in pixels. */
const inPixels = Object.fromEntries(
  Object.entries(shared).map(([name, value]) => [name, value.endsWith('rem') ? `${parseFloat(value) * 16}px` : value]),
);

const files = {
  'root.css':
    note +
    block(':root', { 'color-scheme': 'dark', ...shared, ...dark }).replace('--vt-color-scheme', 'color-scheme') +
    block(":root[data-theme='light']", { 'color-scheme': 'light', ...light }).replace('--vt-color-scheme', 'color-scheme') +
    '@media (prefers-reduced-motion: reduce) {\n  :root {\n    --vt-motion-fast: 0ms;\n    --vt-motion-slow: 0ms;\n  }\n}\n',
  'host.css':
    note +
    block(':host', { ...inPixels, ...widget }) +
    '@media (prefers-reduced-motion: reduce) {\n  :host {\n    --vt-motion-fast: 0ms;\n    --vt-motion-slow: 0ms;\n  }\n}\n',
};

let stale = 0;
for (const [name, text] of Object.entries(files)) {
  const path = new URL(`../tokens/${name}`, import.meta.url);
  if (process.argv.includes('--check')) {
    let now = '';
    try {
      now = readFileSync(path, 'utf8');
    } catch {
      // A missing file is a stale file.
    }
    if (now !== text) {
      console.error(`cloud/client/tokens/${name} is stale: run npm run gen -w cloud/client`);
      stale += 1;
    }
  } else writeFileSync(path, text);
}
process.exitCode = stale ? 1 : 0;
