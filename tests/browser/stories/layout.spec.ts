// One page, resized in place: whatever the window, everything stands still, nothing is cut off, nothing lies on a button.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { look } from '../boxes.ts';
import { pretend, type Pretended, type Scene } from '../pretended.ts';

const WINDOWS = [
  [320, 568], [360, 640], [360, 800], [390, 844], [412, 915], [430, 932], [600, 960], [768, 1024], [820, 1180], [1024, 1366],
  [568, 320], [640, 360], [667, 375], [740, 360], [844, 390], [911, 430], [932, 430], [1024, 600],
  [1024, 768], [1180, 820], [1280, 540], [1280, 720], [1366, 768], [1440, 900], [1920, 1080], [2560, 1440],
] as const;
/** The narrowest, the lowest and the largest: where a taller card or the list would be cut off first. */
const EXTREMES = WINDOWS.filter(([width, height]) => ['320x568', '390x844', '568x320', '640x360', '844x390', '768x1024', '1024x600', '1024x768', '1280x540', '2560x1440'].includes(`${width}x${height}`));

/** A page of the shop with the stage open and its picture there. */
async function openStage(browser: Browser, show: Pretended, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(show.shopUrl);
  await page.locator('vitrine-show >> .teaser .open').click();
  const size = () => page.locator('vitrine-show >> video').evaluate((video: HTMLVideoElement) => video.videoWidth);
  await expect.poll(size, { message: 'the picture is there', timeout: 60_000 }).toBeGreaterThan(0);
  return page;
}

/** Sets a scene and waits until the page shows it. */
async function scene(page: Page, show: Pretended, next: Scene): Promise<void> {
  const id = await show.set(next);
  const pinned = () => page.evaluate(() => document.querySelector('vitrine-show')?.shadowRoot?.querySelector('[data-highlight]')?.getAttribute('data-highlight') ?? null);
  await expect.poll(pinned, { message: 'the pin is there' }).toBe(id);
}

async function through(page: Page, windows: readonly (readonly [number, number])[], what: string): Promise<void> {
  for (const [width, height] of windows) {
    await page.setViewportSize({ width, height });
    // The window's own change, and a list that slides in, are no fault.
    await page.evaluate(() => new Promise((rest) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(rest, 250)))));
    const seen = await look(page);
    const at = `${what} in ${width}x${height}`;
    expect.soft(seen.moved.slice(0, 4), `${at}: stands still`).toEqual([]);
    expect.soft(seen.cut, `${at}: is whole`).toEqual([]);
    expect.soft(seen.covered, `${at}: is free`).toEqual([]);
  }
}

/** What on the cards' buttons and lists takes a second line, is cut off or is too low for a thumb. Runs in the page. */
function crammed(): string[] {
  const root = document.querySelector('vitrine-show:not([hidden])')?.shadowRoot;
  const words = document.createRange();
  const measure = document.createElement('canvas').getContext('2d');
  const bad: string[] = [];
  for (const part of root?.querySelectorAll<HTMLElement>('article :is(.buttons button, select)') ?? []) {
    const box = part.getBoundingClientRect();
    if (box.width === 0) continue; // in the lowest windows there is one button
    const said = `"${part.textContent?.trim().slice(0, 20)}" ${Math.round(box.width)}x${Math.round(box.height)}`;
    if (box.width < 44 || box.height < 44) bad.push(`small: ${said}`);
    if (part instanceof HTMLSelectElement) {
      const { font, paddingLeft, paddingRight } = getComputedStyle(part);
      if (measure) measure.font = font;
      const wide = measure?.measureText(part.selectedOptions[0]?.text ?? '').width ?? 0;
      if (wide > part.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)) bad.push(`cut: ${part.value} in ${said}`);
      continue;
    }
    for (const label of part.querySelectorAll(':scope > span:not(.hidden, .spinner)')) {
      words.selectNodeContents(label);
      const { left, right, height } = words.getBoundingClientRect();
      if (height > 24) bad.push(`two lines: ${said}`);
      if (left < box.left + 2 || right > box.right - 2) bad.push(`too wide: ${said}`);
    }
  }
  return bad;
}

/** What of chat and pin cannot be pressed, also not after scrolling to it. Runs in the page. */
function outOfReach(): string[] {
  const root = document.querySelector('vitrine-show:not([hidden])')!.shadowRoot!;
  const missed: string[] = [];
  for (const part of root.querySelectorAll<HTMLElement>('.composer :is(button, input), [data-highlight] :is(button, select, input)')) {
    if (part.getBoundingClientRect().width === 0) continue; // in the lowest windows there is one button
    part.scrollIntoView({ block: 'nearest' });
    const box = part.getBoundingClientRect();
    const hit = root.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (hit && part.contains(hit)) continue;
    missed.push(`${part.ariaLabel ?? part.textContent?.trim()} ${Math.round(box.left)},${Math.round(box.top)} ${Math.round(box.width)}x${Math.round(box.height)}`);
  }
  return missed;
}

for (const shape of ['wide', 'tall'] as const) {
  test.describe(`a ${shape} show`, () => {
    let show: Pretended;
    test.beforeAll(async () => {
      show = await pretend(shape);
      await show.set({ chat: [['Ana', 'does it shrink in the wash?'], ['Marek', 'love the colour, what about the other sizes'], ['Lena', 'Yes, within three days!', 'host']] });
    });
    test.afterAll(() => show.end());

    test('stands still and whole in every window, with a pin, a coupon and the list of products', async ({ browser }) => {
      test.setTimeout(400_000);
      const page = await openStage(browser, show);
      await scene(page, show, { pin: 0 });
      await through(page, WINDOWS, 'a pin');
      await scene(page, show, { pin: 'coupon' });
      await through(page, EXTREMES, 'a coupon');
      await page.locator('vitrine-show >> .stage').getByRole('button', { name: /All products/ }).click();
      await through(page, EXTREMES, 'the list');
      await page.context().close();
    });

    test('has its buttons on one line, in every language and window', async ({ browser }) => {
      test.setTimeout(400_000);
      const page = await openStage(browser, show);
      for (const [lang, buy] of [['en', 'Buy\u00a0now'], ['pl', 'Kup\u00a0teraz'], ['de', 'Kaufen']] as const) {
        await page.evaluate((tag) => (document.documentElement.lang = tag), lang);
        for (const pin of [0, 2]) {
          await scene(page, show, { pin });
          await expect(page.locator('vitrine-show >> [data-highlight] .main').first()).toHaveText(buy);
          for (const [width, height] of WINDOWS) {
            await page.setViewportSize({ width, height });
            await page.evaluate(() => new Promise((rest) => requestAnimationFrame(() => setTimeout(rest, 80))));
            expect.soft(await page.evaluate(crammed), `pin ${pin} in ${width}x${height}, ${lang}`).toEqual([]);
          }
        }
      }
      await page.context().close();
    });

    test('keeps the field and every button in reach while messages wait for their author', async ({ browser }) => {
      test.setTimeout(400_000);
      await show.set({ pin: 0 });
      await show.set({ clear: true });
      const page = await openStage(browser, show);
      const field = page.locator('vitrine-show >> .composer .field input');
      const say = async (text: string) => {
        await field.fill(text);
        await field.press('Enter');
      };
      await say('hello');
      const name = page.locator('vitrine-show >> .composer input[autocomplete=nickname]');
      if (await name.isVisible()) {
        await name.fill('Ada');
        await name.press('Enter');
      }
      await expect(page.locator('vitrine-show >> .list .mine').last()).toBeVisible();
      for (let failed = 1; failed <= 4; failed += 1) {
        await page.setViewportSize({ width: 1280, height: 720 });
        await say(`this is spam number ${failed}, and it is a rather long one`);
        await expect(page.locator('vitrine-show >> .unsent')).toHaveCount(failed);
        for (const pin of [null, 1, 'coupon'] as const) {
          await scene(page, show, pin === null ? { clear: true } : { pin });
          for (const [width, height] of [[667, 375], [568, 320], [844, 390], [320, 568], [390, 844], [760, 560]] as const) {
            await page.setViewportSize({ width, height });
            await page.evaluate(() => new Promise((rest) => requestAnimationFrame(() => setTimeout(rest, 120))));
            expect.soft(await page.evaluate(outOfReach), `${failed} failed, pin ${pin}, ${width}x${height}`).toEqual([]);
          }
        }
      }
      await page.context().close();
    });

    test('stands still and whole when the page is zoomed to 150 %', async ({ browser }) => {
      // A zoomed page is just that: fewer CSS pixels, each made of more of the screen's.
      const zoomed = WINDOWS.map(([width, height]) => [Math.round(width / 1.5), Math.round(height / 1.5)] as const).filter(
        ([width, height]) => width >= 320 && height >= 320,
      );
      expect(zoomed.length).toBeGreaterThan(10);
      const page = await openStage(browser, show, { deviceScaleFactor: 1.5 });
      await scene(page, show, { pin: 1 });
      await through(page, zoomed, 'a zoomed pin');
      await page.context().close();
    });
  });
}

test.describe('a shop with long words', () => {
  const REFUSED = 'You can only add 3 of this item to your cart, because the seller limits the quantity for each customer. '.repeat(5);
  let show: Pretended;
  test.beforeAll(async () => {
    show = await pretend('wide');
    const products = ((await (await fetch(`${show.cloudUrl}/v1/public/channels/demo`)).json()) as { show: { products: { variants: object[] }[] } }).show.products;
    const dear = (at: number, currency: string, price_minor: number, compare_at_minor: number, title: object) => ({
      currency,
      price_minor,
      compare_at_minor,
      variants: products[at]!.variants.map((one, n) => ({ ...one, price_minor, ...(n === 0 ? title : {}) })),
    });
    const long = { title: 'Extra large / Midnight forest green with golden embroidery / Long sleeve / Regular' };
    const odd = { products: { 0: dear(0, 'IDR', 125_000_000, 150_000_000, long), 1: dear(1, 'HUF', 1_299_000, 1_599_000, {}) }, pin: 0 };
    await show.set(odd);
  });
  test.afterAll(() => show.end());

  /** What of a card's words stands out of its card or lies on other words, and whether one can still write. Runs in the page. */
  const stray = () => {
    const root = document.querySelector('vitrine-show')!.shadowRoot!;
    const found: string[] = [];
    for (const card of root.querySelectorAll('article')) {
      const edge = card.getBoundingClientRect();
      for (const part of card.querySelectorAll('bdi, p, small, label > span')) {
        const box = part.getBoundingClientRect();
        if (box.width > 2 && (box.right > edge.right || box.left < edge.left || box.bottom > edge.bottom)) found.push(`out of its card: ${part.textContent}`);
        if (part.matches('span') && part.scrollHeight > part.clientHeight + 1) found.push(`out of its chip: ${part.textContent}`);
      }
    }
    const stage = root.querySelector('.stage')!.getBoundingClientRect();
    for (const part of root.querySelectorAll('.composer input, [data-highlight]')) {
      const box = part.getBoundingClientRect();
      if (box.top < stage.top || box.bottom > stage.bottom) found.push(`out of the stage: ${part.className}`);
    }
    return found;
  };

  test('keeps prices, sizes and refusals in their cards, and the chat in reach', async ({ browser }) => {
    const page = await openStage(browser, show);
    await page.evaluate((message) => {
      const refuse = () => ({ ok: false, errors: [{ code: 'max_qty', message }] });
      Object.assign((window as unknown as { vitrineDemoShop: { cart: object } }).vitrineDemoShop.cart, { add: refuse, buyNow: refuse });
    }, REFUSED);
    const card = page.locator('vitrine-show >> [data-highlight]');
    const alert = card.locator('[role=alert]');
    await expect(card).toBeVisible({ timeout: 60_000 });
    await page.waitForTimeout(600); // it rises
    for (const [width, height] of [[1440, 900], [1200, 800], [1024, 768], [844, 390], [568, 320], [320, 568], [390, 844]] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      expect.soft(await page.evaluate(stray), `prices in ${width}x${height}`).toEqual([]);
      await card.locator('.buttons button').first().click();
      await expect(alert).toHaveAttribute('title', REFUSED);
      expect.soft(await page.evaluate(stray), `a refusal in ${width}x${height}`).toEqual([]);
    }
    await card.locator('.face').click();
    for (const [width, height] of [[320, 568], [568, 320], [1440, 900]] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      expect.soft(await page.evaluate(stray), `the list in ${width}x${height}`).toEqual([]);
    }
    await page.keyboard.press('Escape');
    await scene(page, show, { pin: 'coupon' });
    await expect(card.getByText('On screen now')).toBeVisible();
    await page.context().close();
  });
});

test('the demo shop fits the narrowest phone, and its teaser lies on no choice', async ({ browser }) => {
  const show = await pretend('wide');
  const page = await (await browser.newContext({ viewport: { width: 320, height: 568 } })).newPage();
  for (const path of ['/', '/products/linen-shirt', '/cart', '/checkout', '/chat']) {
    await page.goto(show.shopUrl + path);
    await expect(page.locator('main :is(h1, h2)').first()).toBeVisible();
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(320);
  }
  const covered = () =>
    page.evaluate(() => {
      const teaser = document.querySelector('vitrine-show')!.shadowRoot!.querySelector('.teaser')!.getBoundingClientRect();
      const choices = [...document.querySelectorAll('fieldset label, main button')];
      if (choices.length === 0) return ['nothing to choose'];
      return choices.filter((choice) => {
        const box = choice.getBoundingClientRect();
        return box.right > teaser.left && box.left < teaser.right && box.bottom > teaser.top && box.top < teaser.bottom;
      }).map((choice) => choice.textContent);
    });
  for (const [width, height] of [[320, 568], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(`${show.shopUrl}/products/linen-shirt`);
    await expect(page.locator('vitrine-show >> .teaser .open')).toBeVisible();
    await expect.poll(covered, { message: `in ${width}x${height}` }).toEqual([]);
  }
  await page.context().close();
  await show.end();
});
