// Writes src/generated/openapi.ts from cloud/openapi.json; with --check only says whether it is fresh.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../openapi.json', import.meta.url);
const target = new URL('../src/generated/openapi.ts', import.meta.url);

if (!existsSync(source)) {
  console.error('cloud/openapi.json does not exist: the cloud writes it in its tests (./x gen)');
  process.exit(1);
}
const note = '// Written by scripts/emit-openapi.mjs from cloud/openapi.json. Run: npm run gen -w cloud/client\n';
const text = note + astToString(await openapiTS(JSON.parse(readFileSync(source, 'utf8')), { alphabetize: true }));
if (process.argv.includes('--check')) {
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    console.error('cloud/client/src/generated/openapi.ts is stale: run npm run gen -w cloud/client');
    process.exit(1);
  }
} else {
  mkdirSync(new URL('.', target), { recursive: true });
  writeFileSync(target, text);
}
