import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SENTENCES, sentence } from './codes.ts';

const source = readFileSync(
  new URL('../../../../cloud/protocol/src/code.rs', import.meta.url),
  'utf8',
);
const codes = [...source.matchAll(/^\s*\w+ = "([a-z_]+)", retryable (?:true|false);/gm)].map(
  (match) => match[1]!,
);

describe('sentences', () => {
  it('finds the list of codes in the protocol crate', () => {
    expect(codes).toContain('bad_credentials');
    expect(codes.length).toBeGreaterThan(20);
  });

  it.each(codes)('has one for %s', (code) => {
    expect(SENTENCES[code]).toMatch(/^[A-Z].+[.]$/);
  });

  it('has none for a code that does not exist', () => {
    expect(Object.keys(SENTENCES).filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('falls back to the cause for a code it does not know', () => {
    expect(sentence('from_the_future', 'The moon is full.')).toBe('The moon is full.');
    expect(sentence('from_the_future')).toBe(SENTENCES['internal']);
    expect(sentence('plan_limit', 'the plan free has 3 members')).toBe('The plan free has 3 members');
    expect(sentence('plan_limit')).toBe(SENTENCES['plan_limit']);
  });
});
