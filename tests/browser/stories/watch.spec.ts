import { expect, test } from '@playwright/test';
import { demo } from '../demo.ts';
import { ShopPage } from '../stage.ts';

test('the shop page plays: the picture moves and is not black', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await expect(shop.teaser).toBeVisible();
  expect(new URL(demo().shop_url).hostname, 'the shop is another site than the cloud').not.toBe(new URL(demo().cloud_url).hostname);
  await shop.openStage();
  await shop.playing();
  const light = await shop.inside('video').evaluate((video: HTMLVideoElement) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 36];
    const pen = canvas.getContext('2d');
    pen?.drawImage(video, 0, 0, 64, 36);
    const pixels = pen?.getImageData(0, 0, 64, 36).data ?? new Uint8ClampedArray();
    const values = Array.from({ length: 64 * 36 }, (_, at) => ((pixels[at * 4] ?? 0) + (pixels[at * 4 + 1] ?? 0) + (pixels[at * 4 + 2] ?? 0)) / 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, spread: Math.max(...values) - Math.min(...values) };
  });
  expect(light.mean).toBeGreaterThan(12);
  expect(light.spread).toBeGreaterThan(20);
  await expect(shop.inside('.stage .live')).toHaveText(/LIVE/);
  expect(shop.complaints).toEqual([]);
});

test('a picture that has fallen far behind jumps to the live edge', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await shop.openStage();
  await shop.playing();
  const behind = () => shop.inside('video').evaluate(({ buffered, currentTime }: HTMLVideoElement) => buffered.end(buffered.length - 1) - currentTime);
  const played = () => shop.inside('video').evaluate(({ buffered, currentTime }: HTMLVideoElement) => currentTime - buffered.start(0));
  await expect.poll(played, { message: 'there is enough to go back to', timeout: 40_000 }).toBeGreaterThan(12);
  // Asked in the same breath: it may be back before the next question.
  const fell = await shop.inside('video').evaluate((video: HTMLVideoElement) => {
    video.currentTime -= 11;
    return video.buffered.end(video.buffered.length - 1) - video.currentTime;
  });
  expect(fell).toBeGreaterThan(9);
  await expect.poll(behind, { message: 'it is at the edge again', timeout: 6_000 }).toBeLessThan(4);
  await shop.playing();
});

test('nothing but the loader is loaded before interest, and nothing moves', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await expect(shop.teaser).toBeVisible();
  const fromWidget = shop.requests.filter((url) => url.startsWith(`${demo().cloud_url}/widget/`)).map((url) => new URL(url).pathname);
  expect(fromWidget).toEqual(['/widget/vitrine.js']);
  expect(shop.requests.filter((url) => url.includes('/live/') && !url.includes('/still.jpg'))).toEqual([]);
  const shift = await shop.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources?: { node?: Node }[] })[]) {
            if (entry.sources?.some((source) => source.node?.nodeName === 'VITRINE-SHOW' || source.node?.getRootNode() instanceof ShadowRoot)) sum += entry.value;
          }
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 500);
      }),
  );
  expect(shift).toBe(0);
});

test('the teaser shows what is on air now', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await expect(shop.teaser).toBeVisible();
  const picture = shop.inside('.teaser .image');
  await expect.poll(() => picture.getAttribute('src')).toContain('/still.jpg?at=');
  // The test picture of the demo is as wide as it is asked for, and in colour.
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(480);
});

test('a closed teaser stays closed', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await shop.inside('.teaser .close').click();
  await expect(shop.teaser).toBeHidden();
  const again = await ShopPage.open(context, '/products/linen-shirt');
  await again.page.waitForResponse((response) => response.url().includes('/v1/public/channels/'));
  await expect(again.page.getByRole('heading', { name: 'Linen shirt' })).toBeVisible();
  await expect(again.teaser).toBeHidden();
});

test('the show goes on in the corner while the shopper looks around', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await shop.openStage();
  await shop.playing();
  await shop.page.keyboard.press('Escape');
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.page.getByRole('link', { name: /^Cart/ }).click();
  await expect(shop.page.getByRole('heading', { name: 'Your cart' })).toBeVisible();
  await shop.playing();
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await expect(shop.teaser).toBeVisible();
});

test('no cookie of ours is set, and an attribute that makes no sense shows nothing', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await shop.openStage();
  await shop.playing();
  expect(await context.cookies()).toEqual([]);
  await shop.page.evaluate(() => {
    for (const attributes of [{ channel: 'no such channel' }, { show: '%%%' }, { show: 'x', view: 'sideways', cloud: 'not an address' }, {}]) {
      const element = document.createElement('vitrine-show');
      element.className = 'odd';
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      document.body.append(element);
      element.setAttribute('open', '');
    }
  });
  await shop.page.waitForTimeout(1_500);
  for (const odd of await shop.page.locator('.odd').all()) expect(await odd.evaluate((element) => element.shadowRoot?.childElementCount)).toBe(0);
  expect(shop.complaints).toEqual([]);
});
