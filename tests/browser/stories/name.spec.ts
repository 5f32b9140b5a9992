// Who leaves the name's form has said nothing, and what was half said is there again on the way back.
import { expect, test } from '@playwright/test';
import { demo } from '../demo.ts';
import { servePages } from '../pages.ts';
import { ShopPage } from '../stage.ts';

test('Escape out of the name form sends nothing, also when the new name is taken a moment later', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await shop.openStage();
  await shop.playing();
  const field = shop.inside('.composer input[maxlength="500"]');
  const name = shop.inside('.composer input[autocomplete=nickname]');
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await shop.page.route('**/viewers', async (route) => {
    await held;
    await route.continue();
  });
  await field.fill('half a thou');
  await field.press('Enter');
  await name.fill('Mira');
  await name.press('Enter');
  await name.press('Escape');
  await expect(field).toBeFocused();
  answer();
  await expect(shop.inside('.composer .status')).toContainText('Mira');
  await expect(field).toHaveValue('half a thou');
  await expect(shop.message('half a thou')).toHaveCount(0);
});

test('a view in the page that comes back from the cache has its draft, although the app is there at once', async ({ context }) => {
  const body = `<!doctype html><title>Page</title><script async src="${demo().cloud_url}/widget/vitrine.js"></script><vitrine-show channel="demo" view="chat"></vitrine-show>`;
  const pages = await servePages({ '/': () => ({ body }) });
  const shop = new ShopPage(await context.newPage());
  await shop.page.goto(pages.origin);
  const field = shop.inside('.composer input[maxlength="500"]');
  await field.fill('half a thou');
  // As the browser says it of a page that it keeps; the cloud answers from the browser's own cache, and timers come late.
  const { show } = (await (await context.request.get(`${demo().cloud_url}/v1/public/channels/demo`)).json()) as { show: unknown };
  await shop.page.evaluate((show) => {
    window.fetch = new Proxy(window.fetch, {
      apply: (ask, self, [to, ...rest]: Parameters<typeof fetch>) =>
        String(to instanceof Request ? to.url : to).endsWith('/channels/demo') ? Promise.resolve(Response.json({ show })) : Reflect.apply(ask, self, [to, ...rest]),
    });
    const later = window.setTimeout;
    Object.assign(window, { setTimeout: (act: () => void, ms = 0) => later(act, ms * 10) });
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  }, show);
  await expect(field).toHaveValue('half a thou');
  await pages.end();
});

test('a name is asked for once in a page, and is another in all of its views', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const { page } = shop;
  await page.evaluate(() => {
    const chat = document.createElement('vitrine-show');
    for (const [name, value] of [['id', 'chat'], ['channel', 'demo'], ['view', 'chat']] as const) chat.setAttribute(name, value);
    document.querySelector('main')!.prepend(chat);
  });
  const [stage, chat] = [page.locator('vitrine-show:not(#chat)'), page.locator('#chat')];
  const take = async (view: typeof chat, name: string) => {
    await view.locator('input[autocomplete=nickname]').fill(name);
    await view.locator('input[autocomplete=nickname]').press('Enter');
  };
  await stage.locator('.teaser .open').click();
  await expect(stage.locator('.composer .field input')).toBeVisible();
  await page.keyboard.press('Escape');
  await chat.locator('.composer .field input').fill('hello');
  await chat.locator('.composer .field input').press('Enter');
  await take(chat, 'Zoe');
  await stage.getByRole('button', { name: 'Back to the show' }).click();
  await expect(stage.locator('.composer .status')).toContainText('as Zoe');
  await stage.locator('.composer .rename').click();
  await take(stage, 'Mira');
  await expect(stage.locator('.composer .status')).toContainText('as Mira');
  await expect(chat.locator('.composer .status')).toContainText('as Mira');
});
