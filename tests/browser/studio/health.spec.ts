// How the show's media does: one line on the stage, the figures on demand, by mouse, by key and read aloud.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'health')).toBeVisible();
};
const { VITRINE_SHOTS } = process.env;
const shoot = async (page: Page, name: string) => {
  if (VITRINE_SHOTS) await page.screenshot({ path: `${VITRINE_SHOTS}/health-${name}.png` });
};

test('a show that is well says so in one line, and its figures when asked', async ({ studio, page }) => {
  await studio('live=761&crowd=none');
  await desk(page);
  const line = id(page, 'health').getByRole('status');
  await expect(line).toHaveText('All good');
  await shoot(page, 'good');
  const details = id(page, 'health-details');
  await details.focus();
  await page.keyboard.press('Enter');
  const sheet = id(page, 'health-sheet');
  await expect(sheet).toContainText('every 2.0 s');
  await expect(sheet.getByRole('row')).toHaveText([/Viewers/, /As sent/, /480p/]);
  await expect(details).toHaveAttribute('aria-expanded', 'true');
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'good-details');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(details).toBeFocused();
});

for (const [width, height] of [[1440, 900], [1024, 640]] as const) {
  test(`what is wrong is named, with what to do, at ${width}x${height}`, async ({ studio, page }) => {
    await page.setViewportSize({ width, height });
    await studio('live=761&trouble=unwell&crowd=none');
    await desk(page);
    await expect(id(page, 'health').getByRole('status')).toContainText('Key frames are 8.3 s apart');
    await expect(id(page, 'health')).toHaveAttribute('data-tone', 'warn');
    await shoot(page, `unwell-${width}`);
    await id(page, 'health-details').click();
    const sheet = id(page, 'health-sheet');
    for (const todo of ['keyframe interval to 2 s', 'sound offset', 'is not recorded', 'no cores left for it']) await expect(sheet).toContainText(todo);
    await expect(sheet.getByRole('row')).toHaveText([/Viewers/, /As sent/, /720pleft out0/, /480p/]);
    const box = (await sheet.boundingBox())!;
    expect([box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height]).toEqual([true, true, true, true]);
    expect(await sheet.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
    await shoot(page, `unwell-details-${width}`);
    await page.mouse.click(width / 2, 20);
    await expect(sheet).toHaveCount(0);
  });
}

test('a picture that is lost is said first, and nothing is asked for while nothing arrives', async ({ studio, page }) => {
  await studio('live=761&trouble=holding&crowd=none');
  await desk(page);
  await expect(id(page, 'health').getByRole('status')).toContainText('No picture arrives at the cloud');
  await shoot(page, 'lost');
  await studio('crowd=none');
  await id(page, 'open-desk').click();
  await expect(id(page, 'preflight').or(id(page, 'run-of-show')).first()).toBeVisible();
  await expect(page.getByTestId('health')).toHaveCount(0);
});
