// A classic shop: every link loads a whole page, and the show is there again.
import { expect, test } from '@playwright/test';
import { demo } from '../demo.ts';
import { servePages } from '../pages.ts';
import { publicShow, ShopPage, Staff } from '../stage.ts';

/** How long a story waits for a show that comes back; the figure itself is the bench's (`widget_reattach_s`). */
const BACK_WITHIN_MS = 8_000;

/** Opens the show in a classic shop, and puts it into the corner. */
async function watching(shop: ShopPage): Promise<void> {
  await shop.openStage();
  await shop.playing();
  await shop.page.keyboard.press('Escape');
  await expect(shop.inside('.stage.mini')).toBeVisible();
}

/** The next page has the show in its corner, moving, with nothing asked. */
async function back(shop: ShopPage): Promise<void> {
  await expect(shop.inside('.stage.mini')).toBeVisible({ timeout: BACK_WITHIN_MS });
  await shop.playing();
}

/** The cloud says that the show is in another state than it is. */
async function says(shop: ShopPage, state: 'scheduled' | 'ended', when = Promise.resolve()): Promise<void> {
  const other = (show: object) => ({ ...show, state, playback_url: null, still_url: null });
  await shop.page.route(/\/v1\/public\/(channels|shows)\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    const told = (await answer.json()) as { show?: object };
    await when;
    await route.fulfill({ response: answer, json: told.show ? { ...told, show: other(told.show) } : other(told) });
  });
}

const sound = (shop: ShopPage) => shop.inside('video').evaluate((video: HTMLVideoElement) => !video.muted);

test('the show goes on in the corner of the next page, with its sound', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  await watching(shop);
  expect(await sound(shop)).toBe(true);
  await shop.page.evaluate(() => Object.assign(window, { samePage: true }));
  await shop.page.getByRole('link', { name: /^Cart/ }).click();
  await expect(shop.page.getByRole('heading', { name: 'Your cart' })).toBeVisible();
  expect(await shop.page.evaluate(() => 'samePage' in window), 'it is another page').toBe(false);
  await back(shop);
  expect(await sound(shop)).toBe(true);
  await shop.page.reload();
  await back(shop);
  await shop.page.goBack();
  await back(shop);
  await shop.page.goForward();
  await back(shop);
  expect(await context.cookies()).toEqual([]);
  expect(shop.complaints).toEqual([]);
});

test('sound that the shopper turned off stays off, and a stopped picture stays stopped', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  await shop.openStage();
  await shop.playing();
  await shop.inside('.stage').getByRole('button', { name: 'Mute', exact: true }).click();
  await shop.page.reload();
  await back(shop);
  expect(await sound(shop)).toBe(false);
  await shop.inside('.stage').getByRole('button', { name: 'Back to the show' }).click();
  await shop.inside('.stage').getByRole('button', { name: 'Pause', exact: true }).click();
  await shop.page.addInitScript(() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      Object.assign(window, { asked: true });
      return play.call(this);
    };
  });
  await shop.page.reload();
  await expect(shop.inside('.stage.mini')).toBeVisible({ timeout: BACK_WITHIN_MS });
  await expect.poll(() => shop.inside('video').evaluate((video: HTMLVideoElement) => video.readyState), { message: 'it has a picture' }).toBeGreaterThan(1);
  expect(await shop.inside('video').evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
  expect(await shop.page.evaluate(() => 'asked' in window), 'nothing was even asked to play').toBe(false);
});

test('what was being written, the open list and the name are there again', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  const stamp = Date.now().toString(36);
  await shop.openStage();
  await shop.say(`hello ${stamp}`, 'Mira');
  await shop.inside('.composer input').fill(`half a thought ${stamp}`);
  await shop.inside('.stage').getByRole('button', { name: /All products/ }).click();
  await expect(shop.inside('[role=dialog].sheet')).toBeVisible();
  await shop.page.reload();
  await back(shop);
  await shop.inside('.stage').getByRole('button', { name: 'Back to the show' }).click();
  await expect(shop.inside('[role=dialog].sheet')).toBeVisible();
  await shop.page.keyboard.press('Escape');
  await expect(shop.inside('.composer input')).toHaveValue(`half a thought ${stamp}`);
  await shop.inside('.composer input').press('Enter');
  await expect(shop.message(`half a thought ${stamp}`)).toContainText('Mira');
});

test("a product's link goes there in this tab; a modifier opens another, which stays silent", async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  await shop.openStage();
  await shop.playing();
  await shop.inside('.stage').getByRole('button', { name: /All products/ }).click();
  const link = shop.inside('.sheet article').first().getByRole('link');
  const opened = context.waitForEvent('page');
  await link.click({ modifiers: ['Control'] });
  const other = new ShopPage(await opened);
  await expect(other.teaser).toBeVisible();
  expect(await other.page.locator('vitrine-show >> video').count()).toBe(0);
  await other.page.close();
  await link.click();
  await shop.page.waitForURL(/\/products\//);
  await back(shop);
  expect(context.pages()).toHaveLength(1);
});

test('a show that was closed stays closed', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  await watching(shop);
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await shop.page.reload();
  await expect(shop.teaser).toBeVisible();
  expect(await shop.page.locator('vitrine-show >> video').count()).toBe(0);
});

test('a show that ended between two pages does not come back as if it went on', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  await watching(shop);
  let answers: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answers = resolve));
  await says(shop, 'ended', answered);
  await shop.page.goto(`${demo().shop_url}/cart?classic`);
  await expect(shop.inside('.stage.mini')).toBeVisible({ timeout: BACK_WITHIN_MS });
  const link = shop.page.getByRole('link', { name: /^Cart/ });
  await link.focus();
  answers();
  await expect(shop.teaser).toBeVisible();
  await expect(shop.inside('.stage')).toHaveCount(0);
  await expect(link, 'the focus is where the shopper has it').toBeFocused();
  await shop.page.unrouteAll({ behavior: 'wait' });
});

test('a goodbye that the room has told stays, also when the cloud tells of the end later', async ({ context }) => {
  const shop = await ShopPage.open(context, '/?classic');
  await watching(shop);
  let ends: () => void = () => undefined;
  await shop.page.routeWebSocket(/\/v1\/rtm/, (route) => {
    const room = route.connectToServer();
    let seq = 0;
    ends = () => route.send(JSON.stringify({ t: 'tick', seq, events: [{ e: 'state', state: 'ended', live_at: null, ended_at: new Date().toISOString() }] }));
    route.onMessage((text) => room.send(text));
    room.onMessage((text) => {
      seq = (JSON.parse(String(text)) as { seq?: number }).seq ?? seq;
      route.send(text);
    });
  });
  const channels = `${demo().cloud_url}/v1/public/channels/*`;
  await shop.page.route(channels, (route) => route.fulfill({ status: 503, body: 'busy' }));
  await shop.page.reload();
  await back(shop);
  ends();
  await expect(shop.inside('video')).toHaveCount(0);
  await shop.page.unroute(channels);
  const told = shop.page.waitForResponse(channels);
  await says(shop, 'ended');
  await (await told).finished();
  await shop.page.waitForTimeout(500);
  await expect(shop.inside('.stage')).toBeVisible();
  await shop.page.unrouteAll({ behavior: 'wait' });
});

test('an announced show that was open is opened over the page again, never in its corner', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  await shop.page.routeWebSocket(/\/v1\/rtm/, () => undefined); // the cloud's word is all there is
  await says(shop, 'scheduled');
  await shop.page.goto(`${demo().shop_url}/?classic`);
  await shop.openStage();
  await shop.page.reload();
  await shop.openStage();
  await expect(shop.inside('.stage')).not.toHaveClass(/mini/);
  const element = shop.page.locator('vitrine-show').first();
  await element.evaluate((show: HTMLElement) => (show.hidden = true));
  await expect(shop.page.locator('vitrine-show >> .stage')).toHaveCount(0);
  await element.evaluate((show: HTMLElement) => (show.hidden = false));
  await expect(shop.inside('.stage')).toBeVisible();
  await expect(shop.inside('.stage')).not.toHaveClass(/mini/);
  await shop.page.unrouteAll({ behavior: 'wait' });
});

test('a shop whose cart is another page keeps the show, as the README has it', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const body = (title: string) => `<!doctype html><title>${title}</title><h1>${title}</h1>
    <script>window.Vitrine = { onAddToCart: async () => ({ ok: true, itemCount: 1 }), onOpenCart: () => location.assign('/cart') }</script>
    <script async src="${demo().cloud_url}/widget/vitrine.js"></script><vitrine-show channel="demo"></vitrine-show>`;
  const pages = await servePages({ '/': () => ({ body: body('Shop') }), '/cart': () => ({ body: body('Cart') }) });
  await shop.page.goto(pages.origin);
  await shop.openStage();
  await shop.playing();
  await shop.inside('.stage').getByRole('button', { name: /^Add to cart/ }).first().click();
  await shop.inside('.stage').getByRole('button', { name: /cart/i }).filter({ hasNotText: /^Add/ }).first().click();
  await expect(shop.page.getByRole('heading', { name: 'Cart' })).toBeVisible();
  await back(shop);
  await pages.end();
});

test('bought now, the show plays on in the corner of the checkout, with the variant that was chosen', async ({ context, request }) => {
  const staff = await Staff.signIn(request);
  const { products } = await publicShow(request);
  const mug = products.find((product) => product.title === 'Ceramic mug');
  const shop = await ShopPage.open(context, '/?classic');
  await shop.openStage();
  await shop.playing();
  await shop.page.evaluate(() => Object.assign(window, { samePage: true }));
  // The demo's host pins in turn too: whoever comes too late for a pin is shown it again.
  await expect(async () => {
    const { id } = await staff.pin({ kind: 'product', product_id: mug?.product_id ?? '' });
    const card = shop.inside(`[data-highlight="${id}"]`);
    await card.getByRole('combobox').selectOption({ label: '450 ml' }, { timeout: 9_000 });
    await card.getByRole('button', { name: 'Buy now: Ceramic mug' }).click({ timeout: 4_000 });
    await shop.page.waitForURL('**/checkout', { timeout: 4_000 });
  }).toPass({ timeout: 90_000 });
  await expect(shop.page.getByRole('heading', { name: 'Checkout' })).toBeVisible();
  expect(await shop.page.evaluate(() => 'samePage' in window), 'it is another page').toBe(false);
  await back(shop);
  expect(await sound(shop)).toBe(true);
  const lines = () => shop.page.evaluate(() => (window as unknown as { vitrineDemoShop: { cart: { get(): { lines: unknown[] } } } }).vitrineDemoShop.cart.get().lines);
  expect(await lines()).toEqual([{ sku: 'CM-450', quantity: 1 }]);
  await shop.page.goBack();
  await back(shop);
  expect(await lines()).toEqual([{ sku: 'CM-450', quantity: 1 }]);
  expect(shop.complaints).toEqual([]);
});

test('where the tab may remember nothing, the next page begins with the teaser', async ({ context }) => {
  await context.addInitScript(() => {
    Object.defineProperty(window, 'sessionStorage', {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
  });
  const shop = await ShopPage.open(context, '/?classic');
  await watching(shop);
  await shop.page.reload();
  await expect(shop.teaser).toBeVisible();
  expect(shop.complaints).toEqual([]);
});
