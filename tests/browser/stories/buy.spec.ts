// Buying under a real thumb and from a real shop: what was aimed at, what the cart did, and in whose language.
import { expect, test, type Browser, type BrowserContextOptions, type Locator, type Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { servePages } from '../pages.ts';
import { pretend, type Pretended } from '../pretended.ts';
import { PHONE } from '../stage.ts';

let show: Pretended;
test.beforeAll(async () => {
  show = await pretend('wide');
  await show.set({ chat: [['Ana', 'does it shrink?'], ['سارة', 'هل يتوفر بلون آخر؟'], ['Lena', 'Not at all!', 'host']] });
});
test.afterAll(() => show.end());

const inside = (page: Page, selector: string): Locator => page.locator(`vitrine-show:not([hidden]) >> ${selector}`);
interface ShopWindow {
  vitrineDemoShop: { cart: { get(): { lines: { sku: string; quantity: number }[] }; add: (...of: unknown[]) => unknown } };
}
const lines = (page: Page) => page.evaluate(() => (window as unknown as ShopWindow).vitrineDemoShop.cart.get().lines);

async function openShop(browser: Browser, options: BrowserContextOptions = {}, attributes: Record<string, string> = {}, url = show.shopUrl): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.addInitScript((said) => {
    addEventListener('DOMContentLoaded', () => Object.entries(said).forEach(([name, value]) => document.documentElement.setAttribute(name, value)));
  }, attributes);
  await page.goto(url);
  await expect(inside(page, '.teaser .open')).toBeVisible();
  return page;
}

async function openStage(page: Page): Promise<void> {
  await inside(page, '.teaser .open').click();
  const size = () => inside(page, 'video').evaluate((video: HTMLVideoElement) => video.videoWidth);
  await expect.poll(size, { message: 'the picture is there', timeout: 60_000 }).toBeGreaterThan(0);
}

/** Pins a product and waits until the page shows it, with nothing resting any more. */
async function pin(page: Page, product: number, title: string): Promise<Locator> {
  await show.set({ pin: product });
  const card = inside(page, '[data-highlight]').filter({ hasText: title });
  await expect(card).toBeVisible();
  await expect(inside(page, '[data-calm]')).toHaveCount(0);
  return card;
}

async function middle(target: Locator): Promise<{ x: number; y: number }> {
  const box = await target.boundingBox();
  if (!box) throw new Error('nothing to press');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('a tap aimed at one pin never buys the next', async ({ browser }) => {
  const page = await openShop(browser, PHONE);
  await openStage(page);
  const touch = await page.context().newCDPSession(page);
  const finger = (type: 'touchStart' | 'touchEnd', at?: { x: number; y: number }) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
  const shirt = await pin(page, 1, 'Canvas bag');
  const at = await middle(shirt.getByRole('button', { name: 'Buy now: Canvas bag' }));

  // The finger is down on one, and it is another when it is lifted: also long after the rest is over.
  await finger('touchStart', at);
  await pin(page, 3, 'Wool scarf');
  await finger('touchEnd');
  // And whatever comes down in the moment after the change.
  const resting = page.evaluate(
    () =>
      new Promise<(string | null)[]>((resolve) => {
        const root = document.querySelector('vitrine-show:not([hidden])')?.shadowRoot;
        const changes = new MutationObserver(() => {
          const buttons = [...(root?.querySelectorAll<HTMLElement>('[data-calm] [data-for] button') ?? [])];
          if (buttons.length === 0) return;
          changes.disconnect();
          for (const button of buttons) button.click();
          resolve(buttons.map((button) => button.getAttribute('aria-disabled')));
        });
        if (root) changes.observe(root, { subtree: true, attributeFilter: ['data-calm'] });
      }),
  );
  await show.set({ pin: 1 });
  expect(new Set(await resting)).toEqual(new Set(['true']));
  await page.waitForTimeout(800);
  expect(await lines(page)).toEqual([]);
  await expect(inside(page, '[role=dialog]')).toHaveCount(0);
  expect(new URL(page.url()).pathname).toBe('/');

  // A calm card is bought in one tap, with the variant that it shows.
  const mug = await pin(page, 2, 'Ceramic mug');
  const spot = await middle(mug.getByRole('button', { name: 'Buy now: Ceramic mug' }));
  await finger('touchStart', spot);
  await finger('touchEnd');
  await expect(page.getByRole('heading', { name: 'Checkout' })).toBeVisible();
  expect(await lines(page)).toEqual([{ sku: 'CM-320', quantity: 1 }]);
  await expect(page.getByTestId('cart-count')).toHaveText('1');
  await expect(inside(page, '.stage.mini video'), 'the show plays on').toBeVisible();
  await page.context().close();
});

test('focus stays in the show when its pin is replaced, and by the keys nothing else is bought', async ({ browser }) => {
  const page = await openShop(browser);
  await openStage(page);
  const bag = await pin(page, 1, 'Canvas bag');
  await bag.getByRole('button', { name: 'Buy now: Canvas bag' }).focus();
  await page.keyboard.down('Space');
  await pin(page, 3, 'Wool scarf');
  await page.keyboard.up('Space');
  await page.keyboard.press('Enter');
  expect(await lines(page)).toEqual([]);
  await expect(inside(page, 'div.shelf'), 'focus stays with the list').toBeFocused();
  // The button that was pressed stays the same element, whatever it says.
  const scarf = inside(page, '[data-highlight]');
  await scarf.getByRole('button', { name: 'Add to cart: Wool scarf' }).focus();
  await page.keyboard.press('Enter');
  await expect(scarf.getByRole('button', { name: /In your cart/ })).toBeFocused();
  await page.context().close();
});

test('a button that adds and then shows the cart never does one for the other', async ({ browser }) => {
  const done: string[] = [];
  const pages = await servePages({
    '/': () => ({
      body: `<!doctype html><title>Shop</title><script>window.Vitrine = { onAddToCart: async () => void did('add'), onOpenCart: () => void did('view') }</script>
        <script async src="${show.cloudUrl}/widget/vitrine.js"></script><vitrine-show channel="demo"></vitrine-show>`,
    }),
  });
  const page = await (await browser.newContext()).newPage();
  await page.exposeFunction('did', (what: string) => void done.push(what));
  await page.goto(pages.origin);
  await openStage(page);
  const card = await pin(page, 1, 'Canvas bag');
  const [add, view] = [card.getByRole('button', { name: 'Add to cart: Canvas bag' }), card.getByRole('button', { name: /In your cart/ })];
  const { x, y } = await middle(add);
  await page.mouse.dblclick(x, y);
  await expect(view).toBeVisible();
  await page.mouse.click(x, y);
  expect(await inside(page, '.stage [data-for] button[aria-disabled=true]').count(), 'only this button rests').toBeLessThan(2);
  await expect(view).toBeEnabled();
  expect(done).toEqual(['add']);
  // Down on "View", up on "Add to cart".
  await page.mouse.move(x, y);
  await page.mouse.down();
  await expect(add).toBeEnabled();
  await page.mouse.up();
  await page.waitForTimeout(200);
  expect(done).toEqual(['add']);
  // The list changes while the button rests: what cannot be pressed yet says so.
  await add.click();
  await page.waitForTimeout(300);
  await inside(page, 'div.shelf').evaluate((list) => {
    const part = document.createElement('i');
    part.dataset.for = 'more';
    list.append(part);
  });
  await view.click();
  expect(done).toEqual(['add', 'add', 'view']);
  await page.context().close();
  await pages.end();
});

test('a browser that cannot be asked what is visible (Safari before 17.4) buys all the same, and keeps its focus', async ({ browser }) => {
  const context = await browser.newContext();
  await context.addInitScript(() => Reflect.deleteProperty(Element.prototype, 'checkVisibility'));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(show.shopUrl);
  await openStage(page);
  const card = await pin(page, 1, 'Canvas bag');
  await card.getByRole('button', { name: 'Add to cart: Canvas bag' }).click();
  await expect(card.getByRole('button', { name: /In your cart/ })).toBeVisible();
  expect(await lines(page)).toEqual([{ sku: 'CB-1', quantity: 1 }]);
  // The focus is on something that goes away, outside of any list.
  await inside(page, '.stage').evaluate((stage) => {
    const part = document.createElement('p');
    part.innerHTML = '<button>Here for a moment</button>';
    stage.querySelector('.frame')?.append(part);
    part.querySelector('button')?.focus();
    part.remove();
  });
  await expect.poll(() => page.evaluate(() => document.querySelector('vitrine-show')?.shadowRoot?.activeElement?.localName ?? ''), { message: 'the show has the focus' }).toBe('button');
  expect(complaints).toEqual([]);
  await context.close();
});

test('a slow shop is waited for, a second press adds nothing, and a failure is said', async ({ browser }) => {
  const page = await openShop(browser);
  await page.evaluate(() => {
    const { cart } = (window as unknown as ShopWindow).vitrineDemoShop;
    const add = cart.add;
    cart.add = async (...of) => {
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      return add(...of);
    };
  });
  await openStage(page);
  const card = await pin(page, 1, 'Canvas bag');
  await card.getByRole('button', { name: 'Add to cart: Canvas bag' }).click();
  const slow = card.getByRole('button', { name: 'Still adding…' });
  await expect(slow).toBeVisible();
  await slow.click({ force: true });
  await page.waitForTimeout(3_000);
  await expect(card.getByRole('button', { name: /In your cart/ })).toBeVisible();
  expect(await lines(page)).toEqual([{ sku: 'CB-1', quantity: 1 }]);
  await page.evaluate(() => ((window as unknown as ShopWindow).vitrineDemoShop.cart.add = () => Promise.reject(new Error('503'))));
  const scarf = await pin(page, 3, 'Wool scarf');
  await scarf.getByRole('button', { name: 'Add to cart: Wool scarf' }).click();
  await expect(scarf.getByRole('alert')).toHaveText('The cart does not answer. Look into your cart before you try again.');
  await page.context().close();
});

test('a refusal goes when nothing can be pressed any more, and is read out once', async ({ browser }) => {
  const page = await openShop(browser);
  await openStage(page);
  const card = await pin(page, 3, 'Wool scarf');
  await page.evaluate(() => ((window as unknown as ShopWindow).vitrineDemoShop.cart.add = () => Promise.resolve({ ok: false, errors: [{ code: 'max_qty', message: 'One each.' }] })));
  await card.locator('.buttons button').last().click();
  await expect(card.getByRole('alert')).toContainText('One each.');
  await pin(page, 1, 'Canvas bag');
  await pin(page, 3, 'Wool scarf');
  await expect(card.locator('.buy p')).toContainText('One each.');
  await expect(card.getByRole('alert')).toHaveCount(0);
  // Then the last one is sold to somebody else.
  type Sold = { stock: number; variants: { stock: number }[] };
  const { products } = (await (await fetch(`${show.cloudUrl}/v1/public/channels/demo`)).json()).show as { products: Sold[] };
  const scarf = products[3]!;
  const order = (patch: Sold) => fetch(`${show.cloudUrl}/dev`, { method: 'POST', body: JSON.stringify({ products: { 3: patch } }) });
  await order({ stock: 0, variants: scarf.variants.map((variant) => ({ ...variant, stock: 0 })) });
  await expect(card.locator('.buttons')).toContainText('Sold out');
  await expect(card.locator('.buy p')).toHaveCount(0);
  await order({ stock: scarf.stock, variants: scarf.variants });
  await page.context().close();
});

test('the show steps aside for a drawer that the shop opens by itself', async ({ browser }) => {
  const page = await openShop(browser);
  await page.evaluate(() => {
    const drawer = document.createElement('aside');
    drawer.id = 'cart-drawer';
    drawer.style.cssText = 'position:fixed;inset:0 0 0 auto;width:360px;background:#fff;z-index:9;display:none';
    drawer.innerHTML = '<button>Check out here</button>';
    document.body.append(drawer);
    const { cart } = (window as unknown as ShopWindow).vitrineDemoShop;
    const add = cart.add;
    cart.add = (...of) => (setTimeout(() => (drawer.style.display = 'block'), 300), add(...of));
  });
  await openStage(page);
  const card = await pin(page, 1, 'Canvas bag');
  await card.getByRole('button', { name: 'Add to cart: Canvas bag' }).click();
  await expect(inside(page, '.stage.mini')).toBeVisible();
  await page.getByRole('button', { name: 'Check out here' }).click();
  await page.context().close();
});

test('each element speaks the language around it, follows it, and is mirrored where it is read so', async ({ browser }) => {
  const page = await openShop(browser, {}, { lang: 'pl' });
  await expect(inside(page, '.teaser .badge')).toHaveText('NA ŻYWO');
  await openStage(page);
  const card = await pin(page, 1, 'Canvas bag');
  await expect(card.getByRole('button', { name: 'Kup teraz: Canvas bag' })).toBeVisible();
  await expect(card).toContainText('39,00 €');
  await page.evaluate(() => (document.documentElement.lang = 'de'));
  await expect(card.getByRole('button', { name: 'Kaufen: Canvas bag' })).toBeVisible();
  // A second element of the same page, in its own language.
  await page.evaluate(() => {
    const first = document.querySelector('vitrine-show');
    const chat = document.createElement('vitrine-show');
    for (const [name, value] of Object.entries({ channel: 'demo', view: 'chat', lang: 'en', id: 'second' })) chat.setAttribute(name, value);
    first?.before(chat);
    chat.scrollIntoView();
  });
  await expect(page.locator('#second >> .composer input')).toHaveAttribute('placeholder', 'Say something…');
  await expect(inside(page, '.stage .composer input')).toHaveAttribute('placeholder', 'Schreib etwas …');
  await page.locator('#second').evaluate((element) => element.remove());
  await page.evaluate(() => (document.documentElement.lang = 'ar'));
  const stage = inside(page, '.stage');
  await expect(stage).toHaveAttribute('dir', 'rtl');
  await expect(stage).toHaveAttribute('lang', 'en');
  const [picture, talk] = [await inside(page, '.picture').boundingBox(), await inside(page, '.talk').boundingBox()];
  expect(talk?.x, 'the chat stands on the left').toBeLessThan(picture?.x ?? 0);
  const side = (text: string) => inside(page, '.list p').filter({ hasText: text }).evaluate((line) => {
    const range = document.createRange();
    range.selectNodeContents(line);
    const box = line.getBoundingClientRect();
    const words = range.getBoundingClientRect();
    return Math.round(box.right - words.right) <= 2;
  }); // prettier-ignore
  expect([await side('هل يتوفر'), await side('does it shrink')]).toEqual([true, true]);
  await page.context().close();
});

test('a product that is pinned again stays the card it is, and keeps the focus in it', async ({ browser }) => {
  const page = await openShop(browser);
  await openStage(page);
  await pin(page, 3, 'Wool scarf');
  const card = await pin(page, 1, 'Canvas bag');
  const first = await card.getAttribute('data-highlight');
  const buy = card.getByRole('button', { name: 'Buy now: Canvas bag' });
  await buy.focus();
  await show.set({ pin: 1 });
  await expect(card).not.toHaveAttribute('data-highlight', first!);
  await expect(buy).toBeFocused();
  await page.context().close();
});

test('by keys alone the show is opened, talked to, bought from and closed', async ({ browser }) => {
  const page = await openShop(browser);
  const focused = () =>
    page.evaluate(() => {
      let at: Element | null = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
    });
  const walkTo = async (name: RegExp) => {
    for (let turn = 0; turn < 60 && !name.test(await focused()); turn += 1) await page.keyboard.press('Tab');
    expect(await focused()).toMatch(name);
  };
  await walkTo(/Watch and shop now/);
  await page.keyboard.press('Enter');
  await expect(inside(page, '.stage')).toBeVisible();
  await pin(page, 1, 'Canvas bag');
  await walkTo(/^Say something…$/);
  await page.keyboard.type('hello from the keys');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Kim');
  await page.keyboard.press('Enter');
  await expect(inside(page, '.list p').filter({ hasText: 'hello from the keys' })).toBeVisible();
  await expect(inside(page, '.heard')).toHaveText('You said: hello from the keys');
  await walkTo(/^Read new messages aloud$/);
  await page.keyboard.press('Enter');
  await show.set({ chat: [['Ana', 'is it heavy?']] });
  await expect(inside(page, '.heard')).toHaveText('Ana: is it heavy?');
  await walkTo(/^Buy now: Canvas bag$/);
  // A card that has come this moment takes no press yet.
  await page.waitForTimeout(800);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Checkout' })).toBeVisible();
  expect(await lines(page)).toEqual([{ sku: 'CB-1', quantity: 1 }]);
  await walkTo(/^Close the show$/);
  await page.keyboard.press('Enter');
  await expect(inside(page, '.stage')).toHaveCount(0);
  await expect(inside(page, '.teaser .open')).toBeFocused();
  await page.context().close();
});

for (const [language, options] of [['en', PHONE], ['de', {}], ['pl', PHONE], ['ar', {}]] as const) {
  test(`nothing stands against WCAG 2.2 AA in any state of the show, in ${language}, ${options === PHONE ? 'on a phone' : 'on a desktop'}`, async ({ browser }) => {
    const found: string[] = [];
    await show.set({ state: 'live' });
    const page = await openShop(browser, options, { lang: language });
    const look = async (state: string) => {
      await page.waitForTimeout(700);
      for (const breach of await breaches(page)) found.push(`${state}: ${breach}`);
    };
    await look('teaser');
    await openStage(page);
    await look('live');
    await pin(page, 2, 'Ceramic mug');
    await look('pinned product');
    await inside(page, '[data-highlight] .face').click();
    await look('sheet');
    await page.keyboard.press('Escape');
    await page.evaluate(() => ((window as unknown as ShopWindow).vitrineDemoShop.cart.add = () => Promise.reject(new Error('503'))));
    await inside(page, '[data-highlight] .buttons button:last-child').click();
    await expect(inside(page, '[data-highlight] [role=alert]')).toBeVisible();
    await look('a refused add');
    await show.set({ pin: 'coupon' });
    await expect(inside(page, '[data-highlight] .copy')).toBeVisible();
    await look('pinned coupon');
    await show.set({ state: 'interrupted' });
    await expect(inside(page, '.note')).toBeVisible();
    await look('interrupted');
    await show.set({ state: 'live' });
    await page.keyboard.press('Escape');
    await expect(inside(page, '.stage.mini')).toBeVisible();
    await look('mini');
    await page.context().close();
    for (const state of ['scheduled', 'ended'] as const) {
      await show.set({ state });
      const other = await openShop(browser, options, { lang: language });
      await inside(other, '.teaser .open').click();
      await expect(inside(other, '.stage h2')).toBeVisible();
      await other.waitForTimeout(700);
      for (const breach of await breaches(other)) found.push(`${state}: ${breach}`);
      await other.context().close();
    }
    await show.set({ state: 'live' });
    // In the page, and the chat alone.
    for (const view of ['inline', 'chat'] as const) {
      const other = await openShop(browser, options, { lang: language });
      await other.evaluate((name) => {
        const element = document.querySelector('vitrine-show');
        element?.setAttribute('view', name);
        element?.scrollIntoView(); // it loads when it comes near
      }, view);
      await expect(inside(other, '.composer')).toBeVisible();
      await other.waitForTimeout(1_000);
      for (const breach of await breaches(other)) found.push(`${view}: ${breach}`);
      await other.context().close();
    }
    expect(found).toEqual([]);
  });
}

for (const options of [PHONE, {}]) {
  test(`nothing stands against WCAG 2.2 AA in a tall show, ${options === PHONE ? 'on a phone' : 'on a desktop'}`, async ({ browser }) => {
    const tall = await pretend('tall');
    try {
      const page = await openShop(browser, options, {}, tall.shopUrl);
      await openStage(page);
      await tall.set({ pin: 1, chat: [['Ana', 'does it shrink?']] });
      await expect(inside(page, '[data-highlight]')).toBeVisible();
      await page.waitForTimeout(1_000);
      expect(await breaches(page)).toEqual([]);
      await page.context().close();
    } finally {
      await tall.end();
    }
  });
}

test('a sentence of the shop rests what it moves, and stays until the next press', async ({ browser }) => {
  const page = await openShop(browser, PHONE);
  await page.evaluate(() => {
    const message = 'Sorry, of this item only one piece may be put in each basket while the sale lasts, and you have it in your basket already.';
    const { cart } = (window as unknown as ShopWindow).vitrineDemoShop;
    Object.assign(cart, { add: (sku: string) => (sku.startsWith('CB') ? new Promise(() => undefined) : { ok: false, errors: [{ code: 'max_qty', message }] }) });
    // How often the list came to rest.
    Object.assign(window, { rests: 0 });
    const seen = new MutationObserver((changes) => {
      if (changes.some(({ target }) => (target as Element).matches('.all[data-calm]'))) (window as unknown as { rests: number }).rests += 1;
    });
    seen.observe(document.querySelector('vitrine-show')!.shadowRoot!, { subtree: true, attributeFilter: ['data-calm'] });
  });
  const rests = () => page.evaluate(() => (window as unknown as { rests: number }).rests);
  await openStage(page);
  await inside(page, '.stage').getByRole('button', { name: /All products/ }).click();
  const card = (title: string) => inside(page, '.sheet article').filter({ hasText: title });
  const settled = () => expect(inside(page, '[data-calm]')).toHaveCount(0);
  await expect(card('Linen shirt')).toBeVisible();
  await settled();
  const before = await rests();
  await card('Linen shirt').getByRole('button', { name: /^Add to cart/ }).click();
  const why = card('Linen shirt').getByRole('alert');
  await expect(why).toBeVisible();
  await expect.poll(rests, { message: 'a sentence came: the list rests' }).toBeGreaterThan(before);
  await settled();

  await card('Canvas bag').getByRole('button', { name: /^Add to cart/ }).click();
  await expect(card('Canvas bag').getByText('Still adding…').first()).toBeVisible();
  await settled();
  const slow = await rests();
  await expect(card('Canvas bag').getByRole('button', { name: 'View cart' })).toBeVisible();
  await expect.poll(rests, { message: 'and for the shop that is silent' }).toBeGreaterThan(slow);
  await expect(why, '20 s later it still says why').toBeVisible();
  await page.context().close();
});
