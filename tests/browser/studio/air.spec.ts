// What a host sees when somebody else acts: a colleague ends the show, a hand slips onto the mouse's back button, the window closes.
import type { Page } from '@playwright/test';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'run-of-show')).toBeVisible();
};

test('the back button of a mouse leaves no desk', async ({ studio, page }) => {
  await studio('live=761&crowd=none');
  const before = await page.evaluate(() => history.length);
  await place(page, 'Catalogue');
  await place(page, 'Settings');
  await place(page, 'Shows');
  await desk(page);
  expect(await page.evaluate(() => history.length), 'nothing to go back to').toBe(before);
  await expect(page).toHaveURL(/#\/desk\//);

  // The web view has nothing before the studio's page; a plain browser has, so back is pressed where nothing is.
  const alone = await page.context().newPage();
  await alone.goto('about:blank');
  const [view] = await Promise.all([
    page.context().waitForEvent('page'),
    alone.evaluate((address) => void window.open(address), page.url().replace(/#.*/, '')),
  ]);
  await place(view, 'Catalogue');
  await place(view, 'Shows');
  await desk(view);
  await view.evaluate(() => history.back());
  await view.evaluate(() => history.go(-2));
  await view.waitForTimeout(500);
  await expect(id(view, 'run-of-show')).toBeVisible();
  await expect(id(view, 'air-state')).toHaveAttribute('data-phase', 'live');
  await expect(view).toHaveURL(/#\/desk\//);
  // A reload comes back to the desk all the same.
  await view.reload();
  await expect(id(view, 'run-of-show')).toBeVisible();
});

test('a show that a colleague ends is over on this desk too, in mid-question', async ({ studio, page }) => {
  await studio('live=761&trouble=colleague_ends&crowd=none');
  await desk(page);
  await id(page, 'end-show').click();
  await expect(id(page, 'end-dialog')).toBeVisible();
  await expect(id(page, 'ended')).toBeVisible();
  await expect(id(page, 'end-dialog')).toHaveCount(0);
  for (const gone of ['end-show', 'go-live', 'fault', 'bitrate']) await expect(page.getByTestId(gone)).toHaveCount(0);
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'ended');
  await page.keyboard.press('Control+Shift+E');
  await expect(id(page, 'end-dialog')).toHaveCount(0);
  await id(page, 'back-to-shows').click();
  await expect(id(page, 'shows')).toBeVisible();
});

test('the question at closing tells what happens, and goes when a colleague ends the show', async ({ studio, page }) => {
  await studio('live=761&closing&crowd=none');
  await desk(page);
  await expect(id(page, 'closing')).toContainText('is live and');
  await expect(id(page, 'closing')).toContainText('stays open for a while');
  expect(await id(page, 'closing').textContent(), 'how long is for the cloud to say').not.toMatch(/minute/);
  await id(page, 'closing-stay').click();
  await expect(id(page, 'closing')).toHaveCount(0);

  await studio('live=761&closing&trouble=colleague_ends&crowd=none');
  await desk(page);
  await expect(id(page, 'closing')).toBeVisible();
  await expect(id(page, 'ended')).toBeVisible();
  await expect(id(page, 'closing')).toHaveCount(0);
});
