// A phone, a keyboard, and what a screen reader meets.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breaches } from '../axe.ts';
import { pretend } from '../pretended.ts';
import { PHONE, ShopPage } from '../stage.ts';

test('on a phone the show fills the screen and everything is big enough for a thumb', async ({ browser }) => {
  const context = await browser.newContext(PHONE);
  const shop = await ShopPage.open(context);
  await expect(shop.teaser).toBeVisible();
  await shop.openStage();
  await shop.playing();
  expect(await shop.inside('.stage').boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
  for (const button of await shop.inside('.stage button:not(.rename, .veil, .aloud)').all()) {
    const box = await button.boundingBox();
    if (!box) continue;
    const name = (await button.getAttribute('aria-label')) ?? (await button.innerText());
    expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(44);
  }
  expect(await shop.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await shop.inside('.stage').getByRole('button', { name: /All products/ }).click();
  await expect(shop.inside('[role=dialog]')).toBeVisible();
  await context.close();
});

test('everything can be done with the keyboard alone', async ({ context }) => {
  const shop = await ShopPage.open(context, '/products/wool-scarf');
  const { page } = shop;
  await expect(shop.teaser).toBeVisible();
  await shop.teaser.focus();
  await page.keyboard.press('Enter');
  await expect(shop.inside('.stage')).toBeVisible();
  const focused = () =>
    page.evaluate(() => {
      let at: Element | null = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
    });
  const seen: string[] = [];
  const wanted = ['Close the show', 'Say something…', 'Send a heart', 'Mute', 'Pause'];
  // Cards come and go while one walks: twice around is enough to meet everything.
  for (let turn = 0; turn < 80 && !wanted.every((name) => seen.includes(name)); turn += 1) {
    await page.keyboard.press('Tab');
    seen.push(await focused());
  }
  for (const name of wanted) expect(seen, name).toContain(name);
  expect(seen.some((one) => /^Add to cart: /.test(one))).toBe(true);
  await shop.inside('.stage').getByRole('button', { name: /All products/ }).focus();
  await page.keyboard.press('Enter');
  await expect(shop.inside('[role=dialog]')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(shop.inside('[role=dialog]')).toBeHidden();
  await expect(shop.inside('.stage').getByRole('button', { name: /All products/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(shop.inside('.stage.mini')).toBeVisible();
});

for (const [name, options] of [['a phone', PHONE], ['a desktop', {}]] as const) {
  test(`on ${name} nothing stands against WCAG 2.2 AA`, async ({ browser }) => {
    const context = await browser.newContext(options);
    const shop = await ShopPage.open(context);
    await expect(shop.teaser).toBeVisible();
    expect(await breaches(shop.page), 'teaser and shop').toEqual([]);
    await shop.openStage();
    await shop.playing();
    expect(await breaches(shop.page), 'stage').toEqual([]);
    await shop.inside('.stage').getByRole('button', { name: /All products/ }).click();
    await expect(shop.inside('[role=dialog]')).toBeVisible();
    await shop.page.waitForTimeout(400);
    expect(await breaches(shop.page), 'products').toEqual([]);
    await context.close();
  });
}

test('who asked for less motion gets none', async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const shop = await ShopPage.open(context);
  await shop.openStage();
  const slow = await shop.inside('.stage').evaluate((stage) => getComputedStyle(stage).getPropertyValue('--vt-motion-slow'));
  expect(parseFloat(slow)).toBe(0);
  await context.close();
});

test('on a phone, also on its side, the show lies on no buy bar', async ({ browser }) => {
  const { products } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../cloud/demo-shop/public/products.json'), 'utf8')) as { products: { slug: string }[] };
  const show = await pretend('wide');
  const page = await (await browser.newContext(PHONE)).newPage();
  /** What of the shop's buying lies under the teaser: where it stands, and with it in the upper part of the window. Runs in the page. */
  const covered = () => {
    const teaser = document.querySelector('vitrine-show')!.shadowRoot!.querySelector('.teaser')!;
    const bar = getComputedStyle(document.querySelector('.buy')!).position === 'fixed';
    const found: string[] = [];
    for (const part of document.querySelectorAll<HTMLElement>('.buy :is(label, button, a)')) {
      if (!bar) scrollTo({ top: part.getBoundingClientRect().top + scrollY - 76, behavior: 'instant' });
      const [box, on] = [part.getBoundingClientRect(), teaser.getBoundingClientRect()];
      if (box.right > on.left && box.left < on.right && box.bottom > on.top && box.top < on.bottom) found.push(part.textContent.trim());
    }
    return found;
  };
  const spent = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  for (const [width, height] of [[568, 320], [667, 375], [740, 360], [320, 568], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    for (const { slug } of products) {
      await page.goto(`${show.shopUrl}/products/${slug}`);
      await expect(page.locator('vitrine-show >> .teaser')).toBeVisible();
      await page.locator('.buy .button').click(); // a line more in the bar
      await expect(page.locator('.said')).not.toBeEmpty();
      await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
      await expect.poll(() => page.evaluate(covered), { message: `${slug} in ${width}x${height}`, timeout: 8_000 }).toEqual([]);
      expect(await spent(), `${slug} in ${width}x${height} is not wider than its window`).toBeLessThanOrEqual(0);
    }
  }
  await page.context().close();
  await show.end();
});
