// What a slip of the hand does to a dialog: a double click on what opens it, a press beside a form, Escape.
import type { Page } from '@playwright/test';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'run-of-show')).toBeVisible();
};

/** What has the focus; `BODY`: nothing. */
const focus = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName);
const inDialog = (page: Page) => page.evaluate(() => document.activeElement?.closest('dialog') !== null);

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
    expect(await inDialog(page), 'the keys still belong to it').toBe(true);
    if (dialog === 'product-form') await expect(page.locator('[name=title]'), 'the caret is where it was').toBeFocused();
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
    await page.getByRole('tab', { name: 'Coupons' }).click();
    await id(page, 'new-coupon').click();
  }, (page) => page.locator('[name=code]').fill('LIVE')],
  ['Invite somebody', 'invite-form', async (page) => {
    await place(page, 'Team');
    await id(page, 'invite').click();
  }, (page) => page.locator('[name=email]').fill('ana@example.com')],
  ['New role', 'role-editor', async (page) => {
    await place(page, 'Team');
    await page.getByRole('tab', { name: 'Roles' }).click();
    await id(page, 'new-role').click();
  }, (page) => page.locator('[name=name]').fill('Counter')],
  ['New key', 'key-form', async (page) => {
    await place(page, 'Team');
    await page.getByRole('tab', { name: 'Keys' }).click();
    await id(page, 'new-key').click();
  }, (page) => page.locator('[name=name]').fill('Shop')],
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
    const before = await focus(page);
    await page.mouse.click(8, 400);
    await stays(page, dialog);
    expect(await focus(page), 'a press beside takes no caret away').toBe(before);
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

test('behind a dialog no single key mutes or pins, wherever the focus fell', async ({ studio, page }) => {
  await studio('live=761&crowd=none');
  await desk(page);
  const pinned = await id(page, 'pinned-title').textContent();
  const untouched = async () => {
    for (const key of ['m', '2', 'p', 'u', 'j', 't', 'g']) await page.keyboard.press(key);
    await expect(id(page, 'pinned-title')).toHaveText(pinned!);
    await expect(page.getByRole('button', { name: 'Unmute', includeHidden: true })).toHaveCount(0);
  };
  await page.getByRole('button', { name: 'Edit line-up' }).click();
  const rows = page.locator('dialog [data-testid=lineup] li');
  await expect(rows).toHaveCount(6);
  const next = await rows.nth(2).locator('strong').textContent();
  await rows.nth(1).getByRole('button', { name: 'Take out of the line-up' }).click();
  await expect(rows).toHaveCount(5);
  await untouched();
  const row = () => page.evaluate(() => document.activeElement?.closest('li')?.querySelector('strong')?.textContent);
  expect(await row(), 'the row that came into its place').toBe(next);

  // The question takes the place of the button that had the focus, and goes again.
  await id(page, 'add-items').click();
  await id(page, 'add-dialog').getByRole('checkbox').first().check();
  await id(page, 'add-chosen').focus();
  for (let n = 0; n < 2; n += 1) await page.keyboard.press('Escape');
  await expect(id(page, 'discard')).toHaveCount(0);
  expect(await inDialog(page), 'kept, the dialog has the focus').toBe(true);
  await untouched();
  await id(page, 'add-chosen').focus();
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(6);
  expect(await inDialog(page), 'the one below has it').toBe(true);
  await untouched();

  // Each row taken out, the last one too.
  for (let left = 5; left >= 0; left -= 1) {
    await page.keyboard.press('Tab');
    await rows.first().getByRole('button', { name: 'Take out of the line-up' }).focus();
    await page.keyboard.press('Enter');
    await expect(rows).toHaveCount(left);
    expect(await inDialog(page), `${left} are left`).toBe(true);
  }
  // What has the focus may still fall away; then Escape leaves all the same.
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await untouched();
  await id(page, 'add-items').focus();
  await page.keyboard.press('Enter');
  await id(page, 'add-dialog').getByRole('checkbox').first().focus();
  await page.keyboard.press('Space');
  await id(page, 'add-chosen').focus();
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(1);
  expect(await inDialog(page), 'though the button that opened it is gone').toBe(true);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog')).toHaveCount(0);
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: 'Unmute' }), 'and then the keys are the desk’s again').toBeVisible();
});

test('a date that is none is refused in words, and the form can be left', async ({ studio, page }) => {
  await studio('crowd=none');
  const [day, time, name] = ['when-day', 'when-time', 'title'].map((one) => page.locator(`[name=${one}]`));
  await id(page, 'new-show').click();
  await stays(page, 'show-form');
  await name!.fill('Spring');
  await day!.fill('20266-01-01');
  await time!.fill('10:00');
  await id(page, 'show-form-submit').click();
  await expect(id(page, 'show-form').getByText('Give a day and a time')).toBeVisible();
  await page.keyboard.press('Escape');
  await id(page, 'discard-go').click();
  await expect(id(page, 'show-form')).toHaveCount(0);

  await id(page, 'new-show').click();
  await stays(page, 'show-form');
  await name!.fill('Spring');
  await day!.fill('1 Jan 2030');
  await id(page, 'show-form-submit').click();
  await expect(id(page, 'show-form').getByText('Give a day and a time'), 'half a date is none').toBeVisible();
  await time!.fill('10');
  await id(page, 'show-form-submit').click();
  await expect(id(page, 'show-form')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Spring' })).toBeVisible();
});

const SAVED: [what: string, dialog: string, open: (page: Page) => Promise<void>, fill: Record<string, string>, told: string][] = [
  ['a show', 'show-form', (page) => id(page, 'new-show').click(), { title: 'Spring' }, 'Spring'],
  ['a product', 'product-form', async (page) => {
    await place(page, 'Catalogue');
    await id(page, 'new-product').click();
  }, { title: 'Bag', url: 'https://x.example/a', price: '5', stock: '1' }, 'Bag'],
  ['a coupon', 'coupon-form', async (page) => {
    await place(page, 'Catalogue');
    await page.getByRole('tab', { name: 'Coupons' }).click();
    await id(page, 'new-coupon').click();
  }, { code: 'LIVE20', percent: '20' }, 'LIVE20'],
];
for (const [what, dialog, open, fill, told] of SAVED) {
  test(`${what} that is being saved is not discarded, only waited for`, async ({ studio, page }) => {
    await studio('crowd=none', 2_500);
    await open(page);
    await stays(page, dialog);
    for (const [name, value] of Object.entries(fill)) await id(page, dialog).locator(`[name=${name}]`).fill(value);
    // The question stands open already, and the form is sent all the same.
    await page.keyboard.press('Escape');
    await expect(id(page, 'discard')).toBeVisible();
    await id(page, dialog).locator('[type=submit]').click();
    await expect(id(page, 'discard')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await id(page, dialog).getByRole('button', { name: 'Close' }).click();
    await expect(id(page, dialog)).toContainText('One moment');
    await expect(id(page, 'discard')).toHaveCount(0);
    await expect(id(page, dialog).getByRole('button', { name: 'Cancel' })).toBeDisabled();
    await expect(id(page, dialog), 'it goes once it is saved').toHaveCount(0);
    await expect(page.getByText(told).first()).toBeVisible();
  });
}
