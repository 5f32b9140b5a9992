// What a slip of the hand does to a dialog: a double click on what opens it, a press beside a form, Escape.
import type { Page } from '@playwright/test';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'run-of-show')).toBeVisible();
};

/** So long as a hand takes at most for the second press, and a little more. */
const stays = async (page: Page, name: string) => {
  await page.waitForTimeout(600);
  await expect(id(page, name)).toBeVisible();
};

const OPENERS: [what: string, query: string, button: string, dialog: string, way: (page: Page) => Promise<void>][] = [
  ['Go live', '', 'go-live', 'start-dialog', desk],
  ['End show', 'live=761', 'end-show', 'end-dialog', desk],
  ['New product', '', 'new-product', 'product-form', (page) => place(page, 'Catalogue')],
];
for (const [what, query, button, dialog, way] of OPENERS) {
  test(`a double click on “${what}” opens its dialog and answers nothing`, async ({ studio, page }) => {
    await studio(`${query}&crowd=none`);
    await way(page);
    await id(page, button).dblclick();
    await stays(page, dialog);
    await page.mouse.click(8, 400);
    await expect(id(page, dialog), 'untouched, a press beside closes it').toHaveCount(0);

    // The second press where a button of the dialog has come to stand.
    const { width, height } = page.viewportSize()!;
    await id(page, button).click();
    for (const [x, y] of [[width / 2, height / 2], [width / 2 + 150, height / 2 + 40]] as const) await page.mouse.click(x, y);
    await stays(page, dialog);
  });
}

const FORMS: [what: string, dialog: string, open: (page: Page) => Promise<void>, fill: (page: Page) => Promise<void>][] = [
  ['New show', 'show-form', (page) => id(page, 'new-show').click(), (page) => page.locator('[name=title]').fill('Autumn')],
  ['New product', 'product-form', async (page) => {
    await place(page, 'Catalogue');
    await id(page, 'new-product').click();
  }, (page) => page.locator('[name=title]').fill('Linen shirt')],
  ['New coupon', 'coupon-form', async (page) => {
    await place(page, 'Catalogue');
    await id(page, 'new-coupon').click();
  }, (page) => page.locator('[name=code]').fill('LIVE')],
  ['Add to the line-up', 'add-dialog', (page) => id(page, 'add-items').click(), (page) => id(page, 'add-dialog').getByRole('checkbox').first().check()],
];
for (const [what, dialog, open, fill] of FORMS) {
  test(`“${what}” is not thrown away by a slip once it is filled`, async ({ studio, page }) => {
    await studio('crowd=none');
    await open(page);
    await stays(page, dialog);
    await page.keyboard.press('Escape');
    await expect(id(page, dialog), 'nothing is lost: nothing is asked').toHaveCount(0);

    await open(page);
    await stays(page, dialog);
    await fill(page);
    await page.mouse.click(8, 400);
    await stays(page, dialog);
    await expect(id(page, 'discard')).toHaveCount(0);
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('Escape');
    await expect(id(page, 'discard'), 'asked, kept, asked').toBeVisible();
    await id(page, 'discard-keep').click();
    await expect(id(page, 'discard')).toHaveCount(0);
    await expect(id(page, dialog)).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
    await id(page, 'discard-go').click();
    await expect(id(page, dialog)).toHaveCount(0);
  });
}

test('the question before a take-over says whose picture goes, and a plain click answers it', async ({ studio, page }) => {
  await page.setViewportSize({ width: 1024, height: 640 });
  await studio('live=761&elsewhere&crowd=none');
  await desk(page);
  const hold = id(page, 'go-live');
  await expect(hold).toHaveText('Hold to take over');
  expect(await hold.evaluate((button) => button.scrollWidth <= button.clientWidth && button.clientHeight < 44), 'one line, all of it').toBe(true);
  await hold.click();
  await expect(id(page, 'start-dialog')).toContainText('Somebody else');
  await expect(id(page, 'start-confirm')).toHaveText('Take over');
  await id(page, 'start-confirm').click();
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'live');
});
