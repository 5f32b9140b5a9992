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
  const pinned = () => page.evaluate(() => document.querySelector('vitrine-show')?.shadowRoot?.querySelector('[data-highlight]')?.getAttribute('data-highlight'));
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
