import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { t, tn, words } from './words.ts';

const src = fileURLToPath(new URL('../..', import.meta.url));
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !/words(-\w+|\.test)?\.ts$/.test(name))
  .map((name) => readFileSync(join(src, name), 'utf8'))
  .join('\n');

describe('words', () => {
  it('fills in names and leaves unknown ones visible', () => {
    expect(t('chat.ban', { name: 'ana' })).toBe('Ban ana');
    expect(t('chat.ban')).toBe('Ban {name}');
  });

  it('speaks of one thing in the singular', () => {
    expect(tn('desk.watching', 1)).toBe('1 watching');
    expect(tn('desk.watching', 2)).toBe('2 watching');
  });

  it('has no word that no screen uses', () => {
    const prefixes = [...sources.matchAll(/`([a-z_]+\.[a-z_]*)\$\{/g)].map((match) => match[1]!);
    const unused = Object.keys(words).filter(
      (key) =>
        !sources.includes(`'${key}'`) &&
        !sources.includes(`'${key.replace(/_one$/, '')}'`) &&
        !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});
