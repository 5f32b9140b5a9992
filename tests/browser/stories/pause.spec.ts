// A pause that the page did not ask for (headset, call, picture-in-picture) is the shopper's.
import { expect, test } from '@playwright/test';
import { ShopPage } from '../stage.ts';

/** Longer than a standing picture takes to be called stuck, and to be rebuilt. */
const LONG_MS = 14_000;

const edge = (shop: ShopPage) =>
  shop.inside('video').evaluate(({ buffered, currentTime }: HTMLVideoElement) => buffered.end(buffered.length - 1) - currentTime);

async function playing(shop: ShopPage): Promise<void> {
  // What the headset and the lock screen would press.
  await shop.page.addInitScript(() => {
    const buttons: Record<string, (() => void) | null> = {};
    const set = MediaSession.prototype.setActionHandler;
    MediaSession.prototype.setActionHandler = function (action, act) {
      buttons[action] = act as (() => void) | null;
      set.call(this, action, act);
    };
    Object.assign(window, { buttons });
  });
  await shop.page.reload();
  await shop.openStage();
  await shop.playing();
}
const press = (shop: ShopPage, action: string) =>
  shop.page.evaluate((name) => (window as unknown as { buttons: Record<string, (() => void) | null> }).buttons[name]?.(), action);

test('the system\'s pause stays, is quiet, and goes on at the live edge', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await playing(shop);
  const video = shop.inside('video');
  await video.evaluate((element: HTMLVideoElement) => element.pause());
  await expect(shop.inside('.player .big')).toBeVisible();
  const stoodAt = await video.evaluate((element: HTMLVideoElement) => element.currentTime);
  await shop.page.waitForTimeout(LONG_MS);
  expect(await video.evaluate((element: HTMLVideoElement) => [element.paused, element.currentTime])).toEqual([true, stoodAt]);
  await expect(shop.inside('.player .note')).toHaveCount(0);
  await shop.inside('.player .big').click();
  await shop.playing();
  expect(await video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(stoodAt + LONG_MS / 1_000 - 5);
  expect(await edge(shop)).toBeLessThan(5);
});

test('headset and lock screen know the show and its buttons, and forget them with it', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await playing(shop);
  const told = () => shop.page.evaluate(() => ({ title: navigator.mediaSession.metadata?.title ?? null, state: navigator.mediaSession.playbackState }));
  const title = await shop.inside('.stage h1').textContent();
  expect(await told()).toEqual({ title, state: 'playing' });
  await press(shop, 'pause');
  await expect(shop.inside('.player .big')).toBeVisible();
  expect(await told()).toEqual({ title, state: 'paused' });
  const stoodAt = await shop.inside('video').evaluate((element: HTMLVideoElement) => element.currentTime);
  await shop.page.waitForTimeout(5_000);
  await press(shop, 'seekto');
  expect(await shop.inside('video').evaluate((element: HTMLVideoElement) => element.currentTime)).toBe(stoodAt);
  await press(shop, 'play');
  await shop.playing();
  expect(await edge(shop)).toBeLessThan(5);
  // In the corner there are no controls, so the one that goes on is on the picture.
  await shop.page.keyboard.press('Escape');
  await expect(shop.inside('[data-calm]')).toHaveCount(0); // what just changed is not pressable yet
  await press(shop, 'stop');
  await expect(shop.inside('.stage.mini .player .big')).toBeVisible();
  await shop.inside('.stage.mini .player .big').click();
  await shop.playing();
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await expect(shop.teaser).toBeVisible();
  expect(await told()).toEqual({ title: null, state: 'none' });
  expect(await shop.page.evaluate(() => Object.values((window as unknown as { buttons: Record<string, unknown> }).buttons).every((act) => act === null))).toBe(true);
});
