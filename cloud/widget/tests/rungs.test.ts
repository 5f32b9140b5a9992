import { afterEach, expect, test, vi } from 'vitest';
import { Rungs } from '../src/app/features/player/rungs.ts';

const beside = [{ URI: '../source/index.m3u8' }];
const listed = (...names: string[]) => names.map((name) => ({ url: `http://cloud/${name}/index.m3u8`, attrs: { RESOLUTION: undefined, CODECS: undefined } }));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a rung that was asked for in vain, in a lift, is asked for again as long as it is reported', async () => {
  vi.useFakeTimers();
  const show = { down: true, reads: 0, names: ['480p', 'source'] };
  const text = () => show.names.map((name) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}/index.m3u8\n`).join('');
  vi.stubGlobal('fetch', async () => ((show.reads += 1), new Response(text(), { status: show.down ? 503 : 200 })));
  let changes = 0;
  const rungs = new Rungs('http://cloud/index.m3u8', new AbortController().signal, () => (changes += 1));
  rungs.known(listed('480p'));
  const watch = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      rungs.playlist(0, beside);
      await vi.advanceTimersByTimeAsync(1_000);
    }
  };
  await watch(50);
  expect([show.reads, changes]).toEqual([3, 0]);
  show.down = false;
  await watch(30);
  expect([show.reads, changes]).toEqual([4, 1]);
});

test('a discontinuity does not end the wait for a rung that is on its way', async () => {
  vi.useFakeTimers();
  const show = { reads: 0, names: ['480p'] };
  vi.stubGlobal('fetch', async () => {
    show.reads += 1;
    return new Response(show.names.map((name) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}/index.m3u8\n`).join(''));
  });
  let changes = 0;
  const rungs = new Rungs('http://cloud/index.m3u8', new AbortController().signal, () => (changes += 1));
  rungs.known(listed('480p'));
  rungs.playlist(0, beside);
  rungs.playlist(1, beside);
  await vi.advanceTimersByTimeAsync(8_000); // not listed yet
  show.names.push('source');
  await vi.advanceTimersByTimeAsync(8_000);
  expect([show.reads, changes]).toEqual([2, 1]);
});
