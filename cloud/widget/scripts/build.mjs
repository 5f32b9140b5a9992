// Builds the widget. dist/vitrine.js is the loader (short cache), dist/assets/* are its parts, named by their content and kept
// for good: the app, and whatever stands in src/parts. dist/parts.json says under which names they lie now.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { minify } from 'terser';
import { build } from 'vite';

const here = join(import.meta.dirname, '..');
const dist = process.env.VITRINE_WIDGET_OUT ?? join(here, 'dist');
/** Written into every script; another value makes a build with other names, as a deploy does. */
const label = process.env.VITRINE_WIDGET_LABEL ?? '';
const common = { root: here, configFile: false, logLevel: 'warn', publicDir: false };
const quiet = { checks: { pluginTimings: false } };
const settings = { write: false, target: 'es2022', minify: true };

const integrity = (code) => `sha384-${createHash('sha384').update(code).digest('base64')}`;
const short = (code) => createHash('sha256').update(code).digest('hex').slice(0, 12);
/** Two minifiers find more than one; functions that stand side by side pack better than those between other things. */
const smaller = async (code, module, hoist_funs = false) => (await minify(code, { ecma: 2022, module, compress: { passes: 3, hoist_funs }, format: { comments: 'some' } })).code;
const outputs = (built) => (Array.isArray(built) ? built[0] : built).output;

/** Svelte's code for pages that a server drew falls away when the compiler of scripts knows that there are none. */
const neverHydrates = {
  name: 'never-hydrates',
  transform(code, id) {
    if (!id.endsWith('svelte/src/internal/client/dom/hydration.js')) return null;
    const changed = code
      .replace('export let hydrating = false;', 'export const hydrating = false;')
      .replace(/export function set_hydrating\(\w+\) \{[^}]*\}/, 'export function set_hydrating() {}');
    if (changed.includes('let hydrating') || /hydrating = (?!false)/.test(changed)) throw new Error('Svelte changed: look at neverHydrates again');
    return changed;
  },
};

/** What sets a component's styles apart: its place among all of them. A hash travels as letters that nothing makes smaller. */
const components = readdirSync(join(here, 'src'), { recursive: true }).filter((name) => name.endsWith('.svelte')).sort();
const scopeOf = ({ filename }) => `v${components.findIndex((name) => filename.endsWith(name)).toString(36)}`;

/** Svelte's mistakes are ours, and no shopper's: their code says enough, without the address of the page about it. */
const shortErrors = {
  name: 'short-errors',
  transform: (code, id) => (/svelte\/src\/internal\/(client|shared)\/(errors|warnings)\.js$/.test(id) ? code.replaceAll('https://svelte.dev/e/', '') : null),
};

/** Methods of Svelte's batches that only templates that wait, and forks, have a use for. */
const NEVER_CALLED = [
  '#is_deferred', '#is_skipped', '#find_earlier_batch', '#intersects', '#merge', '#defer_effects', '#commit',
  'skip_effect', 'unskip_effect', 'increment', 'decrement', 'register_created_effect', 'oncommit', 'ondiscard', 'settled',
];
/**
 * What of Svelte the widget never uses. Its state is whole values, replaced and never changed inside (`$.proxy` is refused below);
 * no template waits (`await` in one is refused as long as `experimental.async` is off), nothing is tried out in a fork, and no list is animated (`$.animation` is refused).
 */
const UNUSED = [
  ['utils.js', '...DOM_BOOLEAN_ATTRIBUTES,', ''],
  ['internal/client/proxy.js', 'export function proxy(value) {', '$&\n\treturn value;'],
  ['internal/client/reactivity/async.js', 'if (async.length === 0 && pending.length === 0)', 'if (true)'],
  ['internal/client/reactivity/deriveds.js', /\bcurrent_batch\?\.is_fork\b/g, 'false'],
  ['internal/client/reactivity/batch.js', /\b(this|batch)\.is_fork\b(?! =)/g, 'false'],
  ['internal/client/reactivity/batch.js', /\bthis\.#is_deferred\(\)/g, 'false'],
  ['internal/client/reactivity/batch.js', 'const earlier_batch = this.#find_earlier_batch()', 'const earlier_batch = null'],
  ['internal/client/reactivity/sources.js', '!batch.is_fork', 'true'],
  ['internal/client/reactivity/effects.js', 'current_batch?.register_created_effect(effect);', ''],
  ['internal/client/runtime.js', 'current_batch?.is_fork', 'false'],
  ['internal/client/dom/blocks/boundary.js', 'current_batch?.is_fork', 'false'],
  ['internal/client/dom/blocks/boundary.js', 'if (this.#pending_count > 0)', 'if (false)'],
  ['internal/client/dom/blocks/each.js', 'var is_animated = (flags & EACH_IS_ANIMATED) !== 0', 'const is_animated = false'],
  ...NEVER_CALLED.map((method) => ['internal/client/reactivity/batch.js', new RegExp(`(\\n\\t${method}\\([^\\n]*\\) \\{)\\n[^]*?\\n\\t\\}\\n`), '$1}\n']),
];
const neverUsed = {
  name: 'never-used',
  transform(code, id) {
    if (!id.includes('/node_modules/') && code.includes('$.proxy(')) throw new Error(`${id}: state that is an object or a list is \`$state.raw\` here`);
    if (!id.includes('/node_modules/') && code.includes('$.animation(')) throw new Error(`${id}: \`animate:\` was taken out of the widget's Svelte`);
    let changed = code;
    for (const [file, from, to] of UNUSED) {
      if (!id.endsWith(`svelte/src/${file}`)) continue;
      const before = changed;
      changed = changed.replace(from, to);
      if (changed === before) throw new Error(`Svelte changed: look at ${file} in neverUsed again`);
    }
    return changed === code ? null : changed;
  },
};

/** One ES module that imports nothing: parts of two builds never share a piece. */
async function bundle(input, define = {}, hoist = false) {
  const files = outputs(await build({
    ...common,
    define,
    // Short names for scoped styles: they stand in every element and every rule.
    plugins: [neverHydrates, shortErrors, svelte({ compilerOptions: { cssHash: scopeOf } }), neverUsed],
    build: {
      ...settings,
      cssMinify: true,
      modulePreload: false,
      rollupOptions: { ...quiet, input, preserveEntrySignatures: 'strict', output: { format: 'es', assetFileNames: '[name][extname]' } },
    },
  }));
  const chunks = files.filter((file) => file.type === 'chunk');
  if (chunks.length !== 1) throw new Error(`${input} imports a file of its own (${chunks.map((chunk) => chunk.fileName).join(', ')}): load it with part()`);
  const all = files.filter((file) => file.fileName.endsWith('.css')).map((file) => String(file.source)).join('\n');
  // Design tokens that nothing of the widget reads stay at home, as does what the minifier keeps for `light-dark()`.
  const css = all.replace(/--lightningcss-[\w-]+:[^;{}]*;/g, '').replace(/(--vt-[\w-]+):[^;{}]+;?/g, (text, name) => (all.includes(`var(${name}`) ? text : ''));
  // The styles travel inside the script (see src/app/styles.ts), so the name is taken from what is really written.
  return (await smaller(chunks[0].code, true, hoist)).replace('__VITRINE_CSS__', () => JSON.stringify(css)) + (label && `/* ${label} */\n`);
}

const parts = {};
const files = {};
function add(name, code) {
  const file = `assets/${name}-${short(code)}.js`;
  files[file] = code;
  parts[name] = { file, integrity: integrity(code) };
}
/** Where the parts lie that a script loads: all of them, unless it is said which. */
const known = (...names) => {
  const wanted = Object.entries(parts).filter(([name]) => names.length === 0 || names.includes(name));
  return { __VITRINE_PARTS__: JSON.stringify(Object.fromEntries(wanted.map(([name, { file }]) => [name, file]))) };
};

for (const source of readdirSync(join(here, 'src/parts')).filter((name) => !name.endsWith('.d.ts')).sort()) add(basename(source, '.ts'), await bundle(join(here, 'src/parts', source)));
add('app', await bundle(join(here, 'src/app/main.ts'), known(), true));

const [loader] = outputs(await build({
  ...common,
  define: known('app'),
  build: {
    ...settings,
    rollupOptions: quiet,
    // A library gets no preload helper around its dynamic import: the loader stays as small as it is written.
    lib: { entry: join(here, 'src/loader/index.ts'), formats: ['iife'], name: 'VitrineLoader', fileName: () => 'vitrine.js' },
  },
}));
const code = (await smaller(loader.code, false, true)) + (label && `/* ${label} */\n`);
const pinned = `vitrine-${short(code)}.js`;
Object.assign(files, { 'vitrine.js': code, [pinned]: code });
files['parts.json'] = `${JSON.stringify({ loader: { file: pinned, integrity: integrity(code) }, parts }, null, 2)}\n`;

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'assets'), { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text);
await import('./size.mjs');
