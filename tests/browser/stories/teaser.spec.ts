// The small picture in the corner: a change of mind, and another one beside it.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { demo } from '../demo.ts';
import { servePages } from '../pages.ts';
import { ShopPage } from '../stage.ts';

/** Lets the app come only when the returned function is called. */
async function slowApp(page: Page): Promise<() => void> {
  let arrive: () => void = () => undefined;
  const late = new Promise<void>((resolve) => (arrive = resolve));
  await page.route('**/widget/assets/app-*.js', async (route) => {
    await late;
    await route.continue();
  });
  return arrive;
}

test('a show that is hidden while it is still loading does not open', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const { page } = shop;
  const arrive = await slowApp(page);
  await page.evaluate(() => {
    const told: string[] = [];
    for (const name of ['open', 'dismiss']) document.addEventListener(`vitrine:${name}`, () => told.push(name));
    Object.assign(window, { told });
  });
  await shop.teaser.click();
  await shop.inside('.teaser .close').click();
  await expect(shop.inside('.teaser')).toHaveCount(0);
  arrive();
  await page.waitForTimeout(2_000);
  await expect(shop.inside('.stage')).toHaveCount(0);
  expect(await page.evaluate(() => [(document.querySelector('vitrine-show') as unknown as { open: boolean }).open, (window as unknown as { told: string[] }).told])).toEqual([false, ['dismiss']]);
});

test('a page that takes its wish back while the show is loading has a teaser at rest', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const arrive = await slowApp(shop.page);
  const wish = (open: boolean) => shop.page.evaluate((open) => void Object.assign(document.querySelector('vitrine-show')!, { open }), open);
  await expect(shop.teaser).toBeVisible();
  await wish(true);
  await expect(shop.inside('.teaser.busy')).toBeVisible();
  await wish(false);
  await expect(shop.inside('.teaser.busy')).toHaveCount(0);
  arrive();
  await shop.page.waitForTimeout(2_000);
  await expect(shop.inside('.stage')).toHaveCount(0);
  await expect(shop.inside('.teaser:not(.busy)')).toBeVisible();
});

test('of two shows in one page each keeps the corner that the shopper gave it', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const { page } = shop;
  const another = () =>
    page.evaluate(() => {
      const two = document.createElement('vitrine-show');
      for (const [name, value] of [['id', 'two'], ['channel', 'demo'], ['corner', 'start']] as const) two.setAttribute(name, value);
      document.body.append(two);
    });
  await another();
  const [one, two] = [page.locator('vitrine-show:not(#two)'), page.locator('#two')];
  const boxOf = async (part: Locator) => (await part.boundingBox())!;
  const apart = async () => {
    const [a, b] = [await boxOf(one.locator('.teaser, .stage')), await boxOf(two.locator('.teaser, .stage'))];
    return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  };
  await expect(two.locator('.teaser .open')).toBeVisible();
  await one.locator('.teaser .open').click();
  await expect(one.locator('.stage')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(one.locator('.stage.mini')).toBeVisible();
  await one.locator('.mover button').focus();
  await page.keyboard.press('ArrowUp');
  await page.waitForTimeout(3_000); // teasers look around every two seconds
  expect(await apart(), 'moved up').toBe(true);
  expect((await boxOf(two.locator('.teaser'))).y, 'the other one stayed below').toBeGreaterThan(400);
  await page.reload();
  await another();
  await expect(one.locator('.stage.mini')).toBeVisible();
  await expect(two.locator('.teaser')).toBeVisible();
  expect(await apart(), 'on the next page').toBe(true);
  expect((await boxOf(one.locator('.stage.mini'))).y, 'where it was put').toBeLessThan(300);
});

test('of two shows in one corner the second stands on the first, and comes down when that goes', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const { page } = shop;
  await expect(shop.teaser).toBeVisible();
  await page.evaluate(() => document.body.append(Object.assign(document.querySelector('vitrine-show')!.cloneNode() as HTMLElement, { id: 'two' })));
  const [first, second] = [page.locator('vitrine-show').nth(0), page.locator('vitrine-show').nth(1)];
  const edges = async (part: Locator) => {
    const { y, height } = (await part.boundingBox())!;
    return { top: Math.round(y), bottom: Math.round(y + height) };
  };
  await expect(second.locator('.teaser .open')).toBeVisible();
  await expect.poll(async () => (await edges(second.locator('.teaser'))).bottom - (await edges(first.locator('.teaser'))).top, { timeout: 5_000 }).toBe(-16);
  // What the page keeps free is below both.
  await page.addStyleTag({ content: 'vitrine-show { --vt-inset-bottom: 80px }' });
  await page.waitForTimeout(2_500); // they look around every two seconds
  const [lower, upper] = [await edges(first.locator('.teaser')), await edges(second.locator('.teaser'))];
  expect([lower.bottom, upper.bottom - lower.top]).toEqual([900 - 80 - 16, -16]);
  await page.setViewportSize({ width: 667, height: 360 });
  await expect.poll(async () => (await edges(second.locator('.teaser'))).top, { message: 'inside the window', timeout: 5_000 }).toBeGreaterThan(0);
  await page.addStyleTag({ content: 'vitrine-show { --vt-inset-bottom: 0px }' });
  // A window too low for both has them on each other, and none out of it.
  await page.setViewportSize({ width: 568, height: 300 });
  await expect.poll(async () => (await edges(second.locator('.teaser'))).bottom, { timeout: 5_000 }).toBe(300 - 16);
  await page.setViewportSize({ width: 1440, height: 900 });
  await first.locator('.teaser .close').click();
  await expect.poll(async () => (await edges(second.locator('.teaser'))).bottom, { timeout: 5_000 }).toBe(900 - 16);
});

test('teaser and mini player keep off whatever is fixed, as long as there is room for both', async ({ context }) => {
  const bar = (height: string, position = 'fixed') => () => ({
    body: `<!doctype html><meta name="viewport" content="width=device-width"><title>Bar</title><div style="height:3000px"></div>
      <div id="bar" style="position:${position};bottom:0;left:0;width:100%;height:${height};background:#ddd"></div>
      <script async src="${demo().cloud_url}/widget/vitrine.js"></script><vitrine-show channel="demo"></vitrine-show>`,
  });
  const pages = await servePages({ '/buy': bar('133px'), '/sticky': bar('133px', 'sticky'), '/consent': bar('50vh'), '/dialog': bar('100vh') });
  const shop = new ShopPage(await context.newPage());
  const above = async (part: string) => {
    const [box, on] = [await shop.inside(part).boundingBox(), await shop.page.locator('#bar').boundingBox()];
    return box!.y >= 0 && box!.y + box!.height <= on!.y;
  };
  for (const [path, width, height] of [['buy', 568, 320], ['sticky', 667, 375], ['buy', 740, 360], ['consent', 390, 844]] as const) {
    await shop.page.setViewportSize({ width, height });
    await shop.page.goto(`${pages.origin}/${path}`);
    await expect(shop.teaser).toBeVisible();
    await expect.poll(() => above('.teaser'), { message: `the teaser: ${path} in ${width}x${height}`, timeout: 5_000 }).toBe(true);
    await shop.openStage();
    await shop.page.keyboard.press('Escape');
    await expect(shop.inside('.stage.mini')).toBeVisible();
    await expect.poll(() => above('.stage'), { message: `the player: ${path} in ${width}x${height}`, timeout: 5_000 }).toBe(true);
    await shop.page.evaluate(() => document.querySelector('vitrine-show')!.removeAttribute('open'));
  }
  await shop.page.goto(`${pages.origin}/dialog`);
  await expect(shop.teaser).toBeVisible();
  await shop.page.waitForTimeout(500);
  expect((await shop.inside('.teaser').boundingBox())!.y, 'what fills the window is no bar').toBeGreaterThan(400);
  await pages.end();
});
