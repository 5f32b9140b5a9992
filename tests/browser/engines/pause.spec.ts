// A pause from outside is the shopper's in every engine, and a browser's own pauses are not.
import { demo } from '../demo.ts';
import { expect, inEachEngine, pictureAt, playing, type Tab } from './engines.ts';

/** Longer than a standing picture takes to be called stuck, and to be rebuilt. */
const LONG_MS = 14_000;

const state = (tab: Tab) =>
  tab.evaluate(() => {
    const root = document.querySelector('vitrine-show')!.shadowRoot!;
    const video = root.querySelector('video')!;
    return { paused: video.paused, seconds: video.currentTime, big: !!root.querySelector('.player .big'), note: !!root.querySelector('.player .note') };
  });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

inEachEngine('the system\'s pause stays, is quiet, and goes on at the live edge', async (tab) => {
  await tab.goto(`${demo().shop_url}/`);
  await tab.click('vitrine-show >> .teaser .open');
  await playing(tab);
  expect(await state(tab)).toMatchObject({ paused: false, big: false, note: false });
  // As a headset, a call or the picture-in-picture window would.
  await tab.evaluate(() => document.querySelector('vitrine-show')!.shadowRoot!.querySelector('video')!.pause());
  await expect.poll(async () => (await state(tab)).big).toBe(true);
  const stood = await state(tab);
  await wait(LONG_MS);
  const { seconds, ...still } = await state(tab);
  expect(still).toEqual({ paused: true, big: true, note: false });
  expect(Math.abs(seconds - stood.seconds)).toBeLessThan(0.1);
  await tab.click('vitrine-show >> .player .big');
  await playing(tab);
  expect(await pictureAt(tab)).toBeGreaterThan(stood.seconds + LONG_MS / 1_000 - 6);
  expect(await state(tab)).toMatchObject({ paused: false, big: false, note: false });
}, ['firefox']); // WebKit's pause was seen to hold, and once, on a crowded machine, not: it waits for a closer look
