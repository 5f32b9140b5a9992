// The nastiest theme: nothing of it clips, covers, moves or dresses the teaser, the stage or the mini player.
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { pretend, type Pretended } from '../pretended.ts';
import { portrait, serveThemes } from '../theme.ts';

let show: Pretended;
let themes: Awaited<ReturnType<typeof serveThemes>>;
test.beforeAll(async () => {
  show = await pretend('wide');
  themes = await serveThemes(show.cloudUrl);
});
test.afterAll(async () => {
  await themes.end();
  await show.end();
});

const WIDE = { width: 1280, height: 800 };
const inside = (page: Page, selector: string) => page.locator(`vitrine-show >> ${selector}`);
const button = (page: Page, name: string | RegExp) => inside(page, '.stage').getByRole('button', { name });
const box = async (page: Page, selector: string) => (await inside(page, selector).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };

async function visit(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(WIDE);
  await page.goto(themes.origin + path);
  await expect(inside(page, '.teaser')).toBeVisible();
  await page.evaluate(() => scrollTo({ top: 700, behavior: 'instant' })); // the theme's head sticks now
  return page;
}
async function open(page: Page): Promise<void> {
  await inside(page, '.teaser .open').click();
  await expect(button(page, 'Mute').or(button(page, 'Tap for sound')).or(button(page, 'Sound on')).first()).toBeVisible({ timeout: 60_000 });
}
/** The show in the corner of a page. */
async function corner(context: BrowserContext, path: string): Promise<Page> {
  const page = await visit(context, path);
  await open(page);
  await button(page, 'Keep watching in the corner').click();
  await expect(inside(page, '.stage.mini')).toBeVisible();
  return page;
}
/** How far the box stays from the window's four edges. */
async function edges(page: Page, selector: string): Promise<{ top: number; right: number; bottom: number; left: number }> {
  await page.waitForTimeout(350);
  const { x, y, width, height } = await box(page, selector);
  return { top: Math.round(y), right: Math.round(WIDE.width - x - width), bottom: Math.round(WIDE.height - y - height), left: Math.round(x) };
}
/** What a press in the middle of the box meets first. */
async function meets(page: Page, selector: string): Promise<string> {
  const { x, y, width, height } = await box(page, selector);
  return page.evaluate(([left, top]) => document.elementFromPoint(left!, top!)?.localName ?? '', [x + width / 2, y + height / 2]);
}

for (const path of ['/nasty', '/nasty-tiny']) {
  test(`nothing of the theme is seen in the widget (${path})`, async ({ context }) => {
    const [plain, nasty] = [await visit(context, '/plain'), await visit(context, path)];
    await nasty.waitForTimeout(400);
    expect(await nasty.evaluate(portrait), 'teaser').toEqual(await plain.evaluate(portrait));
    expect(await meets(nasty, '.teaser')).toBe('vitrine-show');
    for (const page of [plain, nasty]) {
      await page.bringToFront();
      await open(page);
    }
    for (const [width, height] of [[1280, 800], [390, 844], [844, 390]] as const) {
      const seen: string[][] = [];
      for (const page of [plain, nasty]) {
        await page.bringToFront(); // a page behind another is laid out late
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(700);
        await expect(inside(page, '[data-calm]')).toHaveCount(0);
        await page.waitForTimeout(300); // what rested brightens
        seen.push(await page.evaluate(portrait));
      }
      const [wanted = [], found] = seen;
      expect(wanted.length).toBeGreaterThan(40);
      expect(found, `stage in ${width}x${height}`).toEqual(wanted);
    }
  });
}

test('teaser and mini player keep off the buy bar, and honour the corner', async ({ context }) => {
  expect(await edges(await visit(context, '/nasty'), '.teaser')).toMatchObject({ right: 16, bottom: 72 + 16 });
  expect(await edges(await visit(context, '/nasty-left'), '.teaser')).toMatchObject({ left: 16, bottom: 72 + 16 });
  expect(await edges(await visit(context, '/nasty-rtl'), '.teaser'), 'lines begin on the right').toMatchObject({ right: 16, bottom: 72 + 16 });
  expect(await edges(await visit(context, '/nasty-inset'), '.teaser'), 'the page says how much').toMatchObject({ right: 16, bottom: 200 + 16 });
  const page = await visit(context, '/nasty');
  await page.evaluate(() => document.getElementById('buy')?.remove());
  await expect.poll(async () => (await edges(page, '.teaser')).bottom, { message: 'the bar is gone' }).toBe(16);
});

test('the mini player is dragged from corner to corner, by pointer, by keys and by a button, and stays there', async ({ context }) => {
  const page = await corner(context, '/nasty');
  const at = async () => edges(page, '.stage.mini');
  expect(await at()).toMatchObject({ right: 16, bottom: 88 });
  expect(await meets(page, '.stage.mini')).toBe('vitrine-show');
  const drag = async (x: number, y: number) => {
    const from = await box(page, '.stage.mini');
    const middle = [from.x + from.width / 2, from.y + from.height / 2] as const;
    await page.mouse.move(...middle);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 8 });
    await page.waitForTimeout(150);
    await page.mouse.up();
  };
  await drag(250, 200);
  expect(await at(), 'under the sticky head').toMatchObject({ left: 16, top: 60 + 16 });
  await button(page, 'Move to the next corner').focus();
  await page.keyboard.press('ArrowRight');
  expect(await at()).toMatchObject({ right: 16, top: 76 });
  await page.keyboard.press('ArrowDown');
  expect(await at()).toMatchObject({ right: 16, bottom: 88 });
  await button(page, 'Move to the next corner').click();
  expect(await at()).toMatchObject({ left: 16, bottom: 88 });
  await button(page, 'Back to the show').click();
  await expect(inside(page, '.stage.desk')).toBeVisible();
  await button(page, 'Keep watching in the corner').click();
  expect(await at(), 'after a while in the middle').toMatchObject({ left: 16, bottom: 88 });
  await button(page, 'Close the show').click();
  await page.reload();
  await expect(inside(page, '.teaser')).toBeVisible();
  expect(await edges(page, '.teaser'), 'and on the next page of this tab').toMatchObject({ left: 16, bottom: 88 });
  await open(page);
  await button(page, 'Keep watching in the corner').click();
  await expect(inside(page, '.stage.mini')).toBeVisible();
  await page.waitForTimeout(350);
  await drag(-80, 500);
  await expect(inside(page, '.stage'), 'thrown out of the window').toBeHidden();
});

test('a finger drags the mini player too', async ({ browser }) => {
  const context = await browser.newContext({ hasTouch: true });
  const page = await corner(context, '/nasty');
  const { x, y, width, height } = await box(page, '.stage.mini');
  const cdp = await context.newCDPSession(page);
  const touch = (type: string, points: { x: number; y: number }[]) => cdp.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints: points });
  await touch('touchStart', [{ x: x + width / 2, y: y + height / 2 }]);
  for (let step = 1; step <= 8; step += 1) await touch('touchMove', [{ x: x + width / 2 - step * 90, y: y + height / 2 - step * 50 }]);
  await page.waitForTimeout(150);
  await touch('touchEnd', []);
  await expect.poll(async () => edges(page, '.stage.mini')).toMatchObject({ left: 16, top: 76 });
  await context.close();
});

test('the page behind the stage stands still, and is given back as it was', async ({ context }) => {
  const page = await visit(context, '/nasty');
  const state = () =>
    page.evaluate(() => ({
      top: scrollY,
      wide: document.documentElement.clientWidth,
      body: document.body.getBoundingClientRect().width,
      root: document.documentElement.hasAttribute('style'),
      style: document.body.style.cssText,
      overflow: getComputedStyle(document.body).overflow,
    }));
  const before = await state();
  await open(page);
  expect((await state()).top).toBe(700);
  expect((await state()).body, 'nothing behind gets wider').toBe(before.body);
  await page.mouse.move(20, 400);
  await page.mouse.wheel(0, 900);
  await page.keyboard.press('Space');
  await page.waitForTimeout(400);
  expect((await state()).top).toBe(700);
  await button(page, 'Keep watching in the corner').click();
  expect(await state(), 'in the corner').toEqual(before);
  await page.mouse.wheel(0, 300);
  await expect.poll(async () => (await state()).top, { message: 'and scrolls again' }).toBeGreaterThan(900);
  await page.evaluate(() => scrollTo({ top: 700, behavior: 'instant' }));
  await button(page, 'Back to the show').click();
  await expect(inside(page, '.stage.desk')).toBeVisible();
  await button(page, 'Close the show').click();
  await expect(inside(page, '.teaser')).toBeVisible();
  expect(await state(), 'closed').toEqual(before);
});

test('the page is dark behind the open stage alone', async ({ context }) => {
  const page = await visit(context, '/plain');
  await open(page);
  const behind = () =>
    inside(page, '.stage').evaluate((stage) => {
      const { backgroundColor, backdropFilter } = getComputedStyle(stage, '::backdrop');
      return [backgroundColor, backdropFilter];
    });
  expect(await behind()).toEqual(['rgba(10, 11, 15, 0.72)', 'blur(6px)']);
  await button(page, 'Keep watching in the corner').click();
  await expect(inside(page, '.stage.mini')).toBeVisible();
  expect(await behind(), 'in the corner').toEqual(['rgba(0, 0, 0, 0)', 'none']);
});

test('without a top layer teaser and mini player stand where they always stood', async ({ context }) => {
  await context.addInitScript(() => {
    for (const name of ['showPopover', 'hidePopover', 'togglePopover', 'popover'] as const) delete (HTMLElement.prototype as unknown as Record<string, unknown>)[name];
  });
  const page = await corner(context, '/plain');
  expect(await edges(page, '.stage.mini')).toMatchObject({ right: 16, bottom: 16 });
  await button(page, 'Back to the show').click();
  await expect(inside(page, '.stage.desk')).toBeVisible();
  await button(page, 'Close the show').click();
  expect(await edges(page, '.teaser')).toMatchObject({ right: 16, bottom: 16 });
});
