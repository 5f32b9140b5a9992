// Reads Svelte files whose scripts are TypeScript, for the rules that follow imports from file to file.
import * as svelte from 'svelte-eslint-parser';
import ts from 'typescript-eslint';

export const meta = svelte.meta;

export function parseForESLint(code, options) {
  const parsed = svelte.parseForESLint(code, { ...options, parser: ts.parser });
  // Those rules look at the top of a file only, where Svelte has its script element.
  const body = parsed.ast.body.flatMap((node) => (node.type === 'SvelteScriptElement' ? node.body : []));
  return { ...parsed, ast: { ...parsed.ast, body }, visitorKeys: ts.parser.visitorKeys ?? parsed.visitorKeys };
}
