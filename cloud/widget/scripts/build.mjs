// Builds the widget: dist/vitrine.js (the loader, short cache) and dist/assets/* (the app and the player, immutable).
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const here = join(import.meta.dirname, '..');
const dist = join(here, 'dist');
const common = { root: here, configFile: false, logLevel: 'warn', publicDir: false };
const target = 'es2022';
const quiet = { checks: { pluginTimings: false } };

const app = await build({
  ...common,
  plugins: [svelte()],
  build: {
    write: false,
    target,
    cssMinify: true,
    minify: true,
    modulePreload: false,
    rollupOptions: {
      ...quiet,
      input: join(here, 'src/app/main.ts'),
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: 'app.js', chunkFileNames: '[name]-[hash].js', assetFileNames: '[name][extname]' },
    },
  },
});
const files = (Array.isArray(app) ? app[0] : app).output;
const css = files.filter((file) => file.fileName.endsWith('.css')).map((file) => String(file.source)).join('\n');
const entry = files.find((file) => file.fileName === 'app.js');
// The styles travel inside the script (see src/app/styles.ts), so the name is taken from what is really written.
const code = entry.code.replace('__VITRINE_CSS__', () => JSON.stringify(css));
const appName = `assets/app-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;

const loader = await build({
  ...common,
  define: { __VITRINE_APP__: JSON.stringify(appName) },
  build: {
    write: false,
    target,
    minify: true,
    rollupOptions: quiet,
    // A library gets no preload helper around its dynamic import: the loader stays as small as it is written.
    lib: { entry: join(here, 'src/loader/index.ts'), formats: ['iife'], name: 'VitrineLoader', fileName: () => 'vitrine.js' },
  },
});

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'assets'), { recursive: true });
writeFileSync(join(dist, 'vitrine.js'), (Array.isArray(loader) ? loader[0] : loader).output[0].code);
writeFileSync(join(dist, appName), code);
for (const file of files) {
  if (file.type === 'chunk' && file !== entry) writeFileSync(join(dist, 'assets', file.fileName), file.code);
}
await import('./size.mjs');
