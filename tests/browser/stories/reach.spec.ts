// A phone, a keyboard, and what a screen reader meets.
import { expect, test } from '@playwright/test';
import { breaches } from '../axe.ts';
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
