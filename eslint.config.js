// Lint rules of all TypeScript in the house. The arrows of ARCHITECTURE.md are held here:
// no import cycle, `lib/` imports no feature, a feature imports no other feature.
import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-eslint';

const root = import.meta.dirname;

/** One zone for each feature: it may import none of its siblings. */
function featureZones(src) {
  const folder = join(root, src, 'features');
  let names = [];
  try {
    names = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
  } catch {
    return [];
  }
  return names.map((name) => ({
    target: join(folder, name),
    from: folder,
    except: [`./${name}`],
    message: 'A feature imports no other feature; meet in a view.',
  }));
}

/** The arrows inside one Svelte app. */
function zones(src) {
  return [
    ...featureZones(src),
    { target: join(root, src, 'lib'), from: join(root, src, 'features'), message: 'lib/ knows no feature.' },
    { target: join(root, src, 'lib'), from: join(root, src, 'views'), message: 'lib/ knows no view.' },
    { target: join(root, src, 'features'), from: join(root, src, 'views'), message: 'A feature knows no view.' },
    { target: join(root, src, 'lib/ui'), from: join(root, src, 'lib/state'), message: 'lib/ui decides nothing and knows no state.' },
  ];
}

const svelteFiles = ['**/*.svelte', '**/*.svelte.ts'];

export default ts.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/generated/**', '**/bindings.ts', 'target/**', '**/test-results/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.js', '.svelte'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'], [join(root, 'eslint.svelte.js')]: ['.svelte'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.svelte.ts', '.js', '.svelte', '.json'],
          conditionNames: ['svelte', 'import', 'default'],
        }),
      ],
    },
    rules: {
      eqeqeq: 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-self-import': 'error',
      'import-x/no-restricted-paths': [
        'error',
        { zones: ['studio-ui/src', 'cloud/widget/src/app'].flatMap(zones) },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: svelteFiles,
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    files: ['**/scripts/**', '**/dev/**', '**/*.config.{js,ts}', '**/*.mjs', 'tests/browser/**'],
    languageOptions: { globals: { ...globals.node } },
  },
);
