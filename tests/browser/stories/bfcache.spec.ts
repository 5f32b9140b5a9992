// The back-forward cache, which Playwright turns off by itself.
import { expect, test } from '@playwright/test';
import config from '../playwright.config.ts';
import { ShopPage } from '../stage.ts';

test.use({ launchOptions: { ...config.use?.launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

test('a page that comes back from the cache has the show again, at the live edge and in one room', async ({ context }) => {
  // Each page counts its own: Playwright does not hear of sockets that close while a page goes away.
  await context.addInitScript(() => {
    const sockets: WebSocket[] = [];
    const Real = WebSocket;
    window.WebSocket = class extends Real {
      constructor(url: string | URL) {
        super(url);
        sockets.push(this);
      }
    };
    Object.assign(window, { sockets });
  });
  const shop = await ShopPage.open(context, '/?classic');
  const { page } = shop;
  await shop.openStage();
  await shop.playing();
  await page.keyboard.press('Escape');
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { firstPage: true }));
  await page.getByRole('link', { name: /^Cart/ }).click();
  await expect(page.getByRole('heading', { name: 'Your cart' })).toBeVisible();
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.playing();
  await page.goBack({ waitUntil: 'commit' }); // a page from the cache loads nothing
  const why = () =>
    page.evaluate(() => JSON.stringify((performance.getEntriesByType('navigation')[0] as { notRestoredReasons?: unknown } | undefined)?.notRestoredReasons ?? null));
  expect(await page.evaluate(() => 'firstPage' in window), `from the cache; else: ${await why()}`).toBe(true);
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.playing();
  const behind = () => shop.inside('video').evaluate(({ buffered, currentTime }: HTMLVideoElement) => buffered.end(buffered.length - 1) - currentTime);
  expect(await behind()).toBeLessThan(6);
  const states = () => page.evaluate(() => (window as unknown as { sockets: WebSocket[] }).sockets.map((socket) => socket.readyState));
  await expect.poll(states, { message: 'the first was closed, the second is open' }).toEqual([3, 1]);
  // Closed here, it stays closed on the page ahead, which is in the cache as well.
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await page.goForward({ waitUntil: 'commit' });
  await expect(page.getByRole('heading', { name: 'Your cart' })).toBeVisible();
  await expect(shop.teaser).toBeVisible();
  await expect(shop.inside('.stage')).toHaveCount(0);
});

test('what was said on a later page does not come back as unsaid on the one before', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  const { page } = shop;
  const field = shop.inside('.composer input[maxlength="500"]');
  const text = `is the belt vegan? ${Date.now().toString(36)}`;
  await shop.openStage();
  await field.fill(text);
  await page.evaluate(() => {
    Object.assign(window, { firstPage: true });
    location.assign('/cart');
  });
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.inside('.stage').getByRole('button', { name: 'Back to the show' }).click();
  await expect(field).toHaveValue(text);
  await shop.say(text, 'Ada');
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await page.goBack({ waitUntil: 'commit' });
  expect(await page.evaluate(() => 'firstPage' in window), 'from the cache').toBe(true);
  await expect(shop.teaser).toBeVisible();
  await shop.openStage();
  await expect(shop.message(text)).toHaveCount(1);
  await expect(field).toHaveValue('');
});
