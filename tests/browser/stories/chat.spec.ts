import { expect, test } from '@playwright/test';
import { ShopPage } from '../stage.ts';

test('chat crosses two pages, and the second loads no video', async ({ browser }) => {
  const [one, two] = [await browser.newContext(), await browser.newContext()];
  const watching = await ShopPage.open(one);
  await watching.openStage();
  const chatting = await ShopPage.open(two, '/chat');
  const stamp = Date.now().toString(36);
  await chatting.say(`does it shrink? ${stamp}`, 'Ana');
  await expect(watching.message(`does it shrink? ${stamp}`)).toBeVisible();
  await expect(watching.message(`does it shrink? ${stamp}`)).toContainText('Ana');
  await watching.say(`not at all ${stamp}`, 'Marek');
  await expect(chatting.message(`not at all ${stamp}`)).toBeVisible();
  expect(chatting.requests.filter((url) => /\/live\/|\/hls/.test(url))).toEqual([]);
  expect(await chatting.page.locator('vitrine-show >> video').count()).toBe(0);
  await Promise.all([one.close(), two.close()]);
});

test('what is said is text, never markup', async ({ context }) => {
  const shop = await ShopPage.open(context, '/chat');
  const text = `<img src=x onerror="document.title='owned'"> ${Date.now().toString(36)}`;
  await shop.say(text, '<b>Eve</b>');
  expect(await shop.inside('.list img').count()).toBe(0);
  expect(await shop.page.title()).not.toBe('owned');
});

test('the name is asked once, and kept for the next page', async ({ context }) => {
  const first = await ShopPage.open(context, '/chat');
  const stamp = Date.now().toString(36);
  await first.say(`first ${stamp}`, 'Mira');
  const second = await ShopPage.open(context, '/chat');
  const field = second.inside('.composer input');
  await field.fill(`second ${stamp}`);
  await field.press('Enter');
  await expect(second.message(`second ${stamp}`)).toContainText('Mira');
});
