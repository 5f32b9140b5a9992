import { describe, expect, it } from 'vitest';
import { program } from './agent.ts';

describe('a program', () => {
  it.each([
    ['', ''],
    ['vitrine-studio/0.1.0 (Linux)', 'vitrine-studio 0.1.0 · Linux'],
    ['curl/8.14.1', 'curl 8.14.1'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0', 'Edge · Linux'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1', 'Safari · iOS'],
    ['something else', 'something else'],
  ])('%s', (agent, name) => expect(program(agent)).toBe(name));

  it('of any length fits on a line', () => expect(program('x y'.repeat(100))).toHaveLength(80));
});
