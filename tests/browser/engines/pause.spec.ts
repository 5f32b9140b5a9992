// A pause from outside is the shopper's in every engine, and a browser's own pauses are not.
import { demo } from '../demo.ts';
import { pretend } from '../pretended.ts';
import { expect, inEachEngine, pictureAt, playing, type Tab } from './engines.ts';

/** Longer than a standing picture takes to be called stuck, and to be rebuilt. */
const LONG_MS = 14_000;
/** Longer than all that is buffered, and than the pretended show's playlist: the window leaves the picture behind. */
const STARVED_MS = 9_000;

const state = (tab: Tab) =>
  tab.evaluate(() => {
    const root = document.querySelector('vitrine-show')!.shadowRoot!;
    const video = root.querySelector('video')!;
    return { paused: video.paused, seconds: video.currentTime, big: !!root.querySelector('.player .big'), note: !!root.querySelector('.player .note') };
  });
/** As a headset, a call or the picture-in-picture window would. */
const pauseFromOutside = (tab: Tab) => tab.evaluate(() => document.querySelector('vitrine-show')!.shadowRoot!.querySelector('video')!.pause());
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

inEachEngine('the system\'s pause stays, is quiet, and goes on at the live edge', async (tab) => {
  await tab.goto(`${demo().shop_url}/`);
  await tab.click('vitrine-show >> .teaser .open');
  await playing(tab);
  expect(await state(tab)).toMatchObject({ paused: false, big: false, note: false });
  await pauseFromOutside(tab);
  await expect.poll(() => state(tab)).toMatchObject({ paused: true, big: true });
  const stood = await state(tab);
  await tab.evaluate(() => performance.clearResourceTimings());
  await wait(LONG_MS);
  const fetched = await tab.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\.(m3u8|mp4|m4s|ts)/.test(name)));
  expect(fetched, 'nothing of the picture is fetched for nobody').toEqual([]);
  const { seconds, ...still } = await state(tab);
  expect(still).toEqual({ paused: true, big: true, note: false });
  expect(Math.abs(seconds - stood.seconds)).toBeLessThan(0.1);
  await tab.click('vitrine-show >> .player .big');
  await playing(tab);
  expect(await pictureAt(tab)).toBeGreaterThan(stood.seconds + LONG_MS / 1_000 - 6);
  expect(await state(tab)).toMatchObject({ paused: false, big: false, note: false });
});

inEachEngine('a picture that was paused while it stood starved stays where it is, and goes on at the live edge', async (tab) => {
  const show = await pretend('wide');
  const arrives = (picture: boolean) => fetch(`${show.cloudUrl}/dev`, { method: 'POST', body: JSON.stringify({ picture }) });
  try {
    await tab.goto(show.shopUrl);
    await tab.click('vitrine-show >> .teaser .open');
    await playing(tab);
    await arrives(false);
    await wait(STARVED_MS);
    const stood = await pictureAt(tab);
    await pauseFromOutside(tab);
    await expect.poll(() => state(tab)).toMatchObject({ paused: true, big: true });
    await arrives(true);
    await wait(STARVED_MS);
    expect(await state(tab)).toEqual({ paused: true, seconds: stood, big: true, note: false });
    await tab.click('vitrine-show >> .player .big');
    await playing(tab);
    expect(await pictureAt(tab)).toBeGreaterThan(stood + 2 * STARVED_MS / 1_000 - 6);
  } finally {
    await show.end();
  }
});

inEachEngine('a pause that meets a move in time or another speed stays too', async (tab) => {
  const show = await pretend('wide');
  try {
    await tab.goto(show.shopUrl);
    await tab.click('vitrine-show >> .teaser .open');
    for (const speed of [1, 1.3, 1, 1.3]) {
      await playing(tab);
      await tab.evaluate((rate) => {
        const video = document.querySelector('vitrine-show')!.shadowRoot!.querySelector('video')!;
        if (rate === 1) video.currentTime += 0.1;
        else video.playbackRate = rate;
        video.pause();
      }, speed);
      await wait(1_500);
      expect(await state(tab), `at speed ${speed}`).toMatchObject({ paused: true, big: true });
      await tab.click('vitrine-show >> .player .big');
    }
    await playing(tab);
  } finally {
    await show.end();
  }
});
