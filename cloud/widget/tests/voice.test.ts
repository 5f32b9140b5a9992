import { expect, test } from 'vitest';
import { speak } from '../src/app/features/player/voice.ts';

test('who begins to speak silences who spoke, and nobody who has stopped', () => {
  const hushed: string[] = [];
  const stop = speak(() => hushed.push('one'));
  const last = speak(() => hushed.push('two'));
  expect(hushed).toEqual(['one']);
  stop();
  speak(() => hushed.push('three'))();
  expect(hushed).toEqual(['one', 'two']);
  last();
  speak(() => hushed.push('four'))();
  expect(hushed).toEqual(['one', 'two']);
});
