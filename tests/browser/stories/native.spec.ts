// The browser's own HLS, which is all that an iPhone before iOS 17.1 has: here Chromium's, with Media Source taken away.
import { expect, test } from '@playwright/test';
import { ShopPage } from '../stage.ts';

test('the browser\'s own HLS plays with the sound of the tap, and goes on live', async ({ context }) => {
  await context.addInitScript(() => {
    for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) Reflect.deleteProperty(window, name);
    let inTap = false;
    addEventListener('click', () => ((inTap = true), setTimeout(() => (inTap = false))), true); // for this one task
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      if (inTap) Object.assign(window, { tapped: this });
      return play.call(this);
    };
  });
  const shop = await ShopPage.open(context);
  await shop.openStage();
  await shop.playing();
  const video = shop.inside('video');
  expect(await video.evaluate(({ src, muted, paused }: HTMLVideoElement) => [new URL(src).pathname.endsWith('.m3u8'), muted, paused])).toEqual([true, false, false]);
  const tapped = await video.evaluate((element) => (window as unknown as { tapped?: Element }).tapped === element);
  expect(tapped, 'the element that plays is the one that was played inside the tap').toBe(true);
  expect(shop.requests.filter((url) => url.includes('/assets/engine-')), 'no player of ours is loaded').toEqual([]);
  await expect(shop.inside('.controls').getByRole('button', { name: 'Mute' })).toBeVisible();

  const newest = () => Math.max(0, ...shop.requests.flatMap((url) => /\/seg(\d+)\.m4s/.exec(url)?.[1] ?? []).map(Number));
  await video.evaluate((element: HTMLVideoElement) => element.pause());
  await shop.page.waitForTimeout(14_000);
  expect(await video.evaluate((element: HTMLVideoElement) => element.paused)).toBe(true);
  await expect(shop.inside('.player .note')).toHaveCount(0);
  const before = newest();
  await shop.inside('.player .big').click();
  await shop.playing();
  expect(newest(), 'what is loaded now is new').toBeGreaterThan(before + 2);
  expect(await video.evaluate((element: HTMLVideoElement) => element.muted)).toBe(false);
  expect(await shop.page.evaluate(() => (window as unknown as Record<symbol, number>)[Symbol.for('vitrine.players')])).toBe(1);
});
