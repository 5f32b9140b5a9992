// Passkeys in the settings: seen, added in the browser, renamed and removed, by pointer and by key, each refusal in words.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const CODE = '123456';
const { VITRINE_SHOTS } = process.env;

async function account(page: Page) {
  await page.getByRole('navigation').getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('tab', { name: 'Your account', exact: true }).click();
}

async function seen(page: Page, name: string) {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((now) => document.documentElement.setAttribute('data-theme', now), theme);
    await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0)).map((one) => one.finished)));
    expect(await breaches(page), `${name}, ${theme}`).toEqual([]);
  }
  if (VITRINE_SHOTS) await page.screenshot({ path: `${VITRINE_SHOTS}/passkeys-${name}.png` });
}

/** Somebody adds one at the page in the browser. */
const addInBrowser = (page: Page, name: string) =>
  page.evaluate((named) => (window as unknown as { fake: { account: { factors: { passkeys: { add(name: string): void } } } } }).fake.account.factors.passkeys.add(named), name);

test('a passkey is added in the browser, by key, and appears by itself', async ({ studio, page }) => {
  await studio('crowd=none&factor', 20);
  await account(page);
  await expect(page.getByText('None yet. You add one in your browser')).toBeVisible();
  await id(page, 'add-passkey').scrollIntoViewIfNeeded();
  await seen(page, 'none');
  await id(page, 'add-passkey').focus();
  await page.keyboard.press('Enter');
  const form = id(page, 'add-passkey-form');
  await page.keyboard.type('short');
  await form.locator('[name=code]').fill(CODE);
  await page.keyboard.press('Enter');
  await expect(form).toContainText('That is not your password');
  await seen(page, 'add');
  await form.locator('[name=password]').fill('long enough');
  await page.keyboard.press('Enter');
  await expect(id(page, 'passkey-page')).toContainText('Waiting for you in the browser');
  await seen(page, 'page');
  await addInBrowser(page, 'Security key');
  await expect(id(page, 'toasts')).toContainText('Security key was added');
  await expect(page.getByTestId('passkey-page')).toHaveCount(0);
  await expect(id(page, 'passkey')).toContainText('never used');
});

test('without an authenticator the password is enough, and without a browser the address is there to copy', async ({ studio, page }) => {
  await studio('crowd=none&browser=none');
  await account(page);
  await id(page, 'add-passkey').click();
  await expect(id(page, 'add-passkey-form').locator('[name=code]')).toHaveCount(0);
  await id(page, 'add-passkey-form').locator('[name=password]').fill('long enough');
  await page.keyboard.press('Enter');
  await expect(id(page, 'passkey-address')).toContainText('https://live.example.com/account/passkey?token=');
  await seen(page, 'address');
  await id(page, 'passkey-cancel').click();
  await expect(page.getByTestId('passkey-page')).toHaveCount(0);
});

test('a passkey is renamed and removed', async ({ studio, page }) => {
  await studio('crowd=none&passkeys&factor');
  await account(page);
  await expect(page.getByTestId('passkey')).toHaveCount(2);
  await expect(id(page, 'passkey')).toContainText('on one device alone');
  await id(page, 'rename-passkey').scrollIntoViewIfNeeded();
  await seen(page, 'some');
  await id(page, 'rename-passkey').click();
  const field = page.locator('[name=passkey-name]');
  await expect(field).toHaveValue('Work laptop');
  await field.fill('  ');
  await page.keyboard.press('Enter');
  await expect(id(page, 'passkey-name-form')).toContainText('Give it a name');
  await field.fill('Desk');
  await seen(page, 'rename');
  await page.keyboard.press('Enter');
  await expect(id(page, 'passkey')).toContainText('Desk');

  await id(page, 'remove-passkey').click();
  const form = id(page, 'remove-passkey-form');
  await expect(form).toContainText('Remove Desk?');
  await form.locator('[name=password]').fill('long enough');
  await form.locator('[name=code]').fill('000000');
  await page.keyboard.press('Enter');
  await expect(form).toContainText('does not fit');
  await seen(page, 'remove');
  await form.locator('[name=code]').fill(CODE);
  await page.keyboard.press('Enter');
  await expect(id(page, 'toasts')).toContainText('Desk was removed');
  await expect(page.getByTestId('passkey')).toHaveCount(1);
});

test('ten are enough, and where the address can have none nobody is offered one', async ({ studio, page }) => {
  await studio('crowd=none&passkeys=full');
  await account(page);
  await expect(page.getByTestId('passkey')).toHaveCount(10);
  await expect(page.getByText('You have as many as there can be')).toBeVisible();
  await expect(page.getByTestId('add-passkey')).toHaveCount(0);
  await studio('crowd=none&passkeys=absent');
  await account(page);
  await expect(id(page, 'totp')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Passkeys' })).toHaveCount(0);
});
