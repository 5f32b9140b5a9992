// What a host sees when somebody else acts: a colleague ends the show, a hand slips onto the mouse's back button, the window closes.
import type { Page } from '@playwright/test';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'run-of-show')).toBeVisible();
};

type Act = 'colleagueAirs' | 'colleagueLeaves';
/** A colleague acts. */
const acts = (page: Page, act: Act) => page.evaluate((name) => (window as unknown as { fake: Record<Act, () => void> }).fake[name](), act);
/** Longer than a dialog is deaf (milliseconds). */
const HEARS = 600;
/** The page's time stands still from here, so that a slow machine is no slow hand. */
const stand = (page: Page) => page.clock.pauseAt(new Date(Date.now() + 120_000));

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

test('a session that ends on air leaves the desk, with mute and End in reach', async ({ studio, page }) => {
  await studio('live=761&trouble=signed_out&crowd=none');
  await desk(page);
  await expect(id(page, 'sign-in-again')).toBeVisible();
  await expect(id(page, 'again-email')).toHaveText('owner@demo.example');
  await expect(id(page, 'preview')).toBeVisible();
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'live');
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Unmute' }).click();
  await expect(page.getByRole('button', { name: 'Mute', exact: true })).toBeVisible();
  await id(page, 'end-show').click();
  await expect(id(page, 'end-dialog')).toBeVisible();
  await page.getByRole('button', { name: 'Stay live' }).click();

  await id(page, 'sign-in-again').getByLabel('Password').fill('demo-owner-password');
  await id(page, 'again-submit').click();
  await expect(id(page, 'sign-in-again')).toHaveCount(0);
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'live');
});

test('a media engine that broke on air stands in front until the host says how to go on', async ({ studio, page }) => {
  await studio('live=761&trouble=broken&crowd=none');
  await desk(page);
  await expect(id(page, 'broken')).toContainText('could not encode a picture');
  await id(page, 'broken-again').click();
  await expect(id(page, 'broken')).toHaveCount(0);
  await expect(page.locator('[data-code=pipeline_failed]')).toHaveCount(0);

  await studio('live=761&trouble=broken&crowd=none');
  await desk(page);
  await page.keyboard.press('Escape');
  await expect(id(page, 'broken')).toHaveCount(0);
  await expect(page.locator('[data-code=pipeline_failed]'), 'put aside, it stays on the list').toBeVisible();

  await studio('live=761&trouble=broken&crowd=none');
  await desk(page);
  await id(page, 'broken-end').click();
  await expect(id(page, 'ended')).toBeVisible();
});

test('no fault hides another, and each has its cause, its time and its buttons', async ({ studio, page }) => {
  await studio('live=761&trouble=many&crowd=none');
  await desk(page);
  const faults = page.getByTestId('fault');
  await expect(faults).toHaveCount(2);
  await id(page, 'faults-more').click();
  await expect(faults).toHaveCount(4);
  await expect(faults.nth(0)).toContainText('Studio camera gives no picture');
  await expect(faults.nth(0)).toContainText(/for 1:\d\d|for 1 min/);
  await faults.nth(3).getByTestId('fault-dismiss').click();
  await expect(faults).toHaveCount(3);
  await faults.nth(1).getByTestId('fault-choose_microphone').click();
  await page.getByRole('menuitemradio', { name: 'Built-in microphone' }).click();
  await expect(faults).toHaveCount(2);
  await expect(page.locator('[data-code=microphone_lost]')).toHaveCount(0);
});

test('a toast can be pressed above a dialog', async ({ studio, page }) => {
  await studio('live=761&crowd=none');
  await desk(page);
  await page.getByRole('button', { name: 'Leave the desk' }).click();
  await expect(id(page, 'toasts')).toContainText('You are on air');
  await id(page, 'end-show').click();
  await expect(id(page, 'end-dialog')).toBeVisible();
  await id(page, 'toasts').getByRole('button').last().click({ timeout: 3_000 });
  await expect(id(page, 'toasts')).not.toContainText('You are on air');
  await expect(id(page, 'end-dialog')).toBeVisible();
});

test('while connecting there is a way out at once, and the reason of a failure stays', async ({ studio, page }) => {
  await studio('crowd=none&latency=400');
  await desk(page);
  await id(page, 'go-live').click();
  await id(page, 'start-confirm').click();
  await id(page, 'cancel-air').click();
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'preview');
  await studio('crowd=none&trouble=unreachable');
  await desk(page);
  await id(page, 'go-live').click();
  await id(page, 'start-confirm').click();
  await expect(page.locator('[data-code=no_answer]')).toContainText('for 8 seconds');
  await expect(id(page, 'go-live')).toBeEnabled();
});

test('an ended show is told on a ground of its own, and leads to its orders', async ({ studio, page }) => {
  await page.setViewportSize({ width: 1024, height: 640 });
  await studio('live=761&trouble=many&crowd=none');
  await desk(page);
  await id(page, 'end-show').click();
  await id(page, 'end-confirm').click();
  await expect(id(page, 'ended')).toBeVisible();
  expect(await id(page, 'ended').evaluate((card) => getComputedStyle(card).backgroundColor), 'nothing shines through').toMatch(/^rgb\(/);
  const [card, picture] = [(await id(page, 'ended').boundingBox())!, (await id(page, 'preview').boundingBox())!];
  expect(card.y).toBeGreaterThanOrEqual(picture.y);
  expect(card.y + card.height).toBeLessThanOrEqual(picture.y + picture.height);
  await expect(page.locator('[data-code=microphone_lost], [data-code=camera_lost]')).toHaveCount(0);

  await id(page, 'back-to-shows').click();
  const before = await page.evaluate(() => history.length);
  await id(page, 'its-orders').click();
  await expect(page).toHaveURL(/#\/orders\/./);
  await expect(page.getByRole('button', { name: /Show: Autumn drop/ })).toBeVisible();
  expect(await page.evaluate(() => history.length), 'nothing to go back to').toBe(before);
});

test('a question that the keys answered does not stand there again when they were refused', async ({ studio, page }) => {
  await studio('trouble=unreachable&crowd=none');
  await desk(page);
  await id(page, 'go-live').click();
  await expect(id(page, 'start-dialog')).toBeVisible();
  await page.keyboard.press('Control+Shift+L');
  await expect(page.getByText('no answer from live.example.com')).toBeVisible();
  await expect(id(page, 'start-dialog')).toHaveCount(0);
});

test('“Go live” never becomes “Take over” under the thumb', async ({ studio, page }) => {
  await page.clock.install();
  await studio('crowd=none');
  await desk(page);
  await stand(page);
  // The question stands open.
  await id(page, 'go-live').click();
  await page.clock.runFor(HEARS);
  const place = (await id(page, 'start-confirm').boundingBox())!;
  await id(page, 'start-confirm').focus();
  await acts(page, 'colleagueAirs');
  await page.keyboard.press('Enter');
  await page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
  await expect(id(page, 'start-dialog')).toContainText('Somebody else');
  await expect(id(page, 'air-state'), 'they are still on air').toContainText('sent from elsewhere');
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'preview');
  // And the other way round.
  await acts(page, 'colleagueLeaves');
  await expect(id(page, 'start-dialog')).toContainText('Go back on air?');
  await page.waitForTimeout(HEARS);
  await page.keyboard.press('Escape');
  await acts(page, 'colleagueAirs');
  await page.keyboard.press('Control+Shift+L');
  await expect(id(page, 'start-dialog'), 'keys that went down as they went on air').toContainText('Somebody else');
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'preview');
  await page.clock.runFor(HEARS);
  await id(page, 'start-confirm').click();
  await page.clock.runFor(1_000);
  await expect(id(page, 'air-state'), 'asked and answered, it takes over').toHaveAttribute('data-phase', 'live');
});

test('a hold that began as “Go live” asks when somebody goes on air meanwhile', async ({ studio, page }) => {
  await page.clock.install();
  await studio('crowd=none');
  await desk(page);
  await stand(page);
  const hold = async (meanwhile: Act | null) => {
    await id(page, 'go-live').hover();
    await page.mouse.down();
    await page.clock.runFor(250);
    if (meanwhile) await acts(page, meanwhile);
    await page.clock.runFor(400);
    await page.mouse.up();
  };
  await hold('colleagueAirs');
  await expect(id(page, 'start-dialog')).toContainText('Somebody else');
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'preview');
  await expect(id(page, 'fault')).toHaveCount(0);
  await page.clock.runFor(1_000);
  await page.keyboard.press('Escape');
  await hold('colleagueLeaves');
  await expect(id(page, 'start-dialog')).toContainText('Go back on air?');
  await page.clock.runFor(1_000);
  await page.keyboard.press('Escape');
  await hold(null);
  await page.clock.runFor(1_000);
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'live');
});

test('who lets go of a dead line is told of nobody else, until there is somebody', async ({ studio, page }) => {
  await studio('live=761&trouble=dead&crowd=none');
  await desk(page);
  await id(page, 'fault-cancel_air').click();
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'preview');
  await expect(id(page, 'go-live')).toHaveText('Hold to go back on air');
  await expect(id(page, 'air-state')).not.toContainText('elsewhere');
  await acts(page, 'colleagueLeaves');
  await expect(id(page, 'air-state')).toContainText('Holding');
  await expect(id(page, 'air-state')).not.toContainText('elsewhere');
  await acts(page, 'colleagueAirs');
  await expect(id(page, 'go-live')).toHaveText('Hold to take over');
  await expect(id(page, 'air-state')).toContainText('sent from elsewhere');
});

test('a slip beside the question whether to take a show up puts it aside, and its desk is muted as it was', async ({ studio, page }) => {
  for (const slip of [() => page.keyboard.press('Escape'), () => page.mouse.click(8, 400), () => page.getByRole('button', { name: 'Close' }).click()]) {
    await studio('takeup&live=300&elsewhere&crowd=none');
    await expect(id(page, 'take-up')).toBeVisible();
    await page.waitForTimeout(HEARS);
    await slip();
    await expect(id(page, 'take-up')).toHaveCount(0);
    await expect(id(page, 'take-up-aside'), 'it is still offered').toContainText('Autumn drop');
  }
  await id(page, 'take-up-again').click();
  await expect(id(page, 'take-up')).toContainText('was on air');
  await page.keyboard.press('Escape');
  await desk(page);
  await expect(page.getByRole('button', { name: 'Unmute' }), 'as it was').toBeVisible();
  await id(page, 'go-live').click();
  await page.waitForTimeout(HEARS);
  await id(page, 'start-confirm').click();
  await expect(id(page, 'air-state')).toHaveAttribute('data-phase', 'live');
  await expect(page.getByRole('button', { name: 'Unmute' })).toBeVisible();
  await id(page, 'end-show').click();
  await page.waitForTimeout(HEARS);
  await id(page, 'end-confirm').click();
  await id(page, 'back-to-shows').click();
  await expect(id(page, 'shows')).toBeVisible();
  await expect(id(page, 'take-up-aside'), 'it was taken up').toHaveCount(0);

  await studio('takeup&live=300&elsewhere&crowd=none');
  await id(page, 'take-up-decline').click();
  await expect(id(page, 'take-up-aside'), 'answered, it is over').toHaveCount(0);
  await desk(page);
  await expect(page.getByRole('button', { name: 'Mute', exact: true })).toBeVisible();
});

test('orders are those of the organisation that is looked at', async ({ studio, page }) => {
  await studio('second&crowd=none');
  await page.getByText('Late summer sale').click();
  await id(page, 'its-orders').click();
  await expect(page).toHaveURL(/#\/orders\/./);
  const [old] = page.url().match(/#.*/)!;
  const rows = page.locator('table tbody tr');
  await expect(rows).toHaveCount(6);
  await page.getByRole('navigation').getByRole('button', { name: /Organisation/ }).click();
  await page.getByRole('menuitemradio', { name: 'Atelier Nord' }).click();
  await expect(page.getByRole('button', { name: /Show: All shows/ })).toBeVisible();
  await expect(rows, 'all of its own').toHaveCount(6);
  await expect(page).toHaveURL(/#\/orders$/);

  // An address of the other one, kept from before.
  await page.evaluate((hash) => (location.hash = hash), old);
  await expect(page).toHaveURL(/#\/orders$/);
  await expect(page.getByRole('button', { name: /Show: All shows/ })).toBeVisible();
  await expect(rows).toHaveCount(6);
});

test('a row that is dragged is the one that moves, though another was taken out meanwhile', async ({ studio, page }) => {
  await studio('live=761&crowd=none');
  await desk(page);
  await page.getByRole('button', { name: 'Edit line-up' }).click();
  const rows = page.locator('dialog [data-testid=lineup] li');
  await page.waitForTimeout(HEARS);
  const name = await rows.nth(3).locator('strong').textContent();
  await rows.nth(3).locator('.grip').hover();
  await page.mouse.down();
  const at = (await rows.nth(3).boundingBox())!;
  await page.mouse.move(at.x + 20, at.y - 30, { steps: 4 });
  await page.evaluate(() => (window as unknown as { fake: { colleagueTakesOut(index: number): void } }).fake.colleagueTakesOut(0));
  await expect(rows).toHaveCount(5);
  await page.mouse.move(at.x + 20, at.y - 90, { steps: 4 });
  await page.mouse.up();
  await expect(rows.nth(1).locator('strong')).toHaveText(name!);
});
