// The shop's cart while the show is closed, opened again or left: nothing is bought twice, and nothing is lost.
import { expect, test, type Browser, type BrowserContextOptions, type Locator } from '@playwright/test';
import { pretend, type Pretended } from '../pretended.ts';
import { ShopPage } from '../stage.ts';

let show: Pretended;
test.beforeAll(async () => (show = await pretend('wide')));
test.afterAll(() => show.end());

interface ShopWindow {
  vitrineDemoShop: { cart: { get(): { lines: { sku: string; quantity: number }[] }; add: (...of: unknown[]) => unknown } };
}
const lines = ({ page }: ShopPage) => page.evaluate(() => (window as unknown as ShopWindow).vitrineDemoShop.cart.get().lines);

async function opened(browser: Browser, options: BrowserContextOptions = {}): Promise<ShopPage> {
  const shop = new ShopPage(await (await browser.newContext(options)).newPage());
  await shop.page.goto(show.shopUrl);
  await expect(shop.teaser).toBeVisible();
  return shop;
}

/** Pins the canvas bag and waits until its card may be pressed. */
async function bag(shop: ShopPage): Promise<Locator> {
  await show.set({ pin: 1 });
  const card = shop.inside('[data-highlight]').filter({ hasText: 'Canvas bag' });
  await expect(card).toBeVisible({ timeout: 60_000 });
  await expect(shop.inside('[data-calm]')).toHaveCount(0);
  return card;
}

test('a stage that is closed and opened again while the shop still adds does not add twice', async ({ browser }) => {
  const shop = await opened(browser);
  await shop.page.evaluate(() => {
    const { cart } = (window as unknown as ShopWindow).vitrineDemoShop;
    const add = cart.add;
    cart.add = async (...of) => {
      await new Promise((resolve) => setTimeout(resolve, 15_000));
      return add(...of);
    };
  });
  await shop.openStage();
  await (await bag(shop)).getByRole('button', { name: 'Add to cart: Canvas bag' }).click();
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await expect(shop.inside('.stage')).toHaveCount(0);
  await shop.openStage();
  const card = await bag(shop);
  await card.locator('.buttons button').last().click({ force: true });
  await expect(card.getByRole('button', { name: /In your cart/ })).toBeVisible();
  await shop.page.waitForTimeout(2_000);
  expect(await lines(shop)).toEqual([{ sku: 'CB-1', quantity: 1 }]);
  await shop.page.context().close();
});

test('the page that a purchase opens begins at its top, wherever the page before stood', async ({ browser }) => {
  const shop = await opened(browser, { viewport: { width: 844, height: 390 } });
  await shop.page.evaluate(() => {
    document.documentElement.style.scrollBehavior = 'auto'; // the shop's own way up is at its end before the stage lets go
    scrollTo({ top: 200 });
  });
  await shop.openStage();
  await (await bag(shop)).getByRole('button', { name: 'Buy now: Canvas bag' }).click();
  await expect(shop.page.getByRole('heading', { name: 'Checkout' })).toBeVisible();
  await expect(shop.inside('.stage.mini')).toBeVisible();
  expect(await shop.page.evaluate(() => [scrollY, document.documentElement.scrollHeight - innerHeight > 200])).toEqual([0, true]);
  await shop.page.context().close();
});

test('an order that is tried again is the same order, and takes only what was ordered out of the cart', async ({ browser }) => {
  const shop = await opened(browser);
  const add = (sku: string) => shop.page.evaluate((sku) => (window as unknown as ShopWindow).vitrineDemoShop.cart.add(sku, 1), sku);
  const sent: { number?: string }[] = [];
  let answered = (): void => undefined;
  const meanwhile = new Promise<void>((resolve) => (answered = resolve));
  await shop.page.route('**/checkout', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    sent.push(route.request().postDataJSON() as { number?: string });
    if (sent.length === 1) return route.abort(); // it may have arrived all the same
    await meanwhile;
    return route.continue();
  });
  await add('CB-1');
  await shop.page.getByRole('link', { name: /^Cart/ }).click();
  await shop.page.getByRole('link', { name: 'Go to checkout' }).click();
  const place = shop.page.getByRole('button', { name: /Place the order/ });
  await place.click();
  await expect(shop.page.getByRole('alert')).toContainText('try again');
  await place.click();
  await expect.poll(() => sent.length).toBe(2);
  expect(sent[0]?.number).toMatch(/^[0-9a-f-]{36}$/);
  expect(sent[1]).toEqual(sent[0]);
  await add('CM-320');
  answered();
  await expect(shop.page.getByTestId('order')).toBeVisible();
  expect(await lines(shop)).toEqual([{ sku: 'CM-320', quantity: 1 }]);
  await shop.page.context().close();
});

test('a shop whose storage is blocked sells all the same', async ({ browser }) => {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
    }
  });
  const shop = new ShopPage(await context.newPage());
  await shop.page.goto(show.shopUrl);
  await shop.page.getByRole('link', { name: /Canvas bag/ }).first().click();
  await shop.page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(shop.cartCount()).toHaveText('1');
  await shop.page.getByRole('link', { name: /^Cart/ }).click();
  await shop.page.getByRole('link', { name: 'Go to checkout' }).click();
  await shop.page.getByRole('button', { name: /Place the order/ }).click();
  await expect(shop.page.getByTestId('order')).toBeVisible();
  expect(shop.complaints).toEqual([]);
  await context.close();
});
