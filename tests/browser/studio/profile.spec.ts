// What people change of themselves, and how they come in: by pointer and by key, each refusal in words.
import { mkdirSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const shots = process.env['VITRINE_SHOTS'];
const seen = async (page: Page, name: string) => {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${shots}/profile-${name}.png` });
};
const settings = async (page: Page, tab: string) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('tab', { name: tab, exact: true }).click();
};

test('a person changes their name, and everybody reads it', async ({ studio, page }) => {
  await studio('crowd=none');
  await settings(page, 'Your account');
  await id(page, 'change-name').click();
  await seen(page, 'name');
  await page.locator('[name=name]').fill(' ');
  await page.keyboard.press('Enter');
  await expect(id(page, 'name-form')).toContainText('Give your name');
  await page.locator('[name=name]').fill('Lena Marie Vogt');
  await page.keyboard.press('Enter');
  await expect(id(page, 'name-form')).toHaveCount(0);
  await expect(id(page, 'own-name')).toContainText('Lena Marie Vogt');
  await expect(page.getByRole('navigation')).toContainText('Lena Marie Vogt');
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await expect(id(page, 'toasts')).toContainText('in that language');
});

test('a password is changed with the one of now, and other devices are signed out', async ({ studio, page }) => {
  await studio('crowd=none');
  await settings(page, 'Your account');
  await expect(page.getByTestId('session')).toHaveCount(3);
  await id(page, 'change-password').click();
  const form = id(page, 'password-form');
  await seen(page, 'password');
  expect(await breaches(page)).toEqual([]);
  await id(page, 'password-form-submit').click();
  await expect(form).toContainText('Give your password');
  await expect(form).toContainText('At least 8 characters');
  await page.locator('[name=password]').fill('no');
  await page.locator('[name=new-password]').fill('another horse');
  await id(page, 'password-form-submit').click();
  await expect(form).toContainText('That is not your password');
  await page.locator('[name=password]').fill('another horse');
  await id(page, 'password-form-submit').click();
  await expect(form).toContainText('That is your password already');
  await page.locator('[name=password]').fill('correct horse');
  await page.keyboard.press('Enter');
  await expect(form).toHaveCount(0);
  await expect(id(page, 'toasts')).toContainText('other devices were signed out');
  await expect(page.getByTestId('session')).toHaveCount(1);
});

test('an authenticator is asked for too, and who does not know the password has a letter sent', async ({ studio, page }) => {
  await studio('crowd=none&factor');
  await settings(page, 'Your account');
  await id(page, 'change-password').click();
  const form = id(page, 'password-form');
  await page.locator('[name=password]').fill('correct horse');
  await page.locator('[name=new-password]').fill('another horse');
  await id(page, 'password-form-submit').click();
  await expect(form).toContainText('Six digits');
  await seen(page, 'password-factor');
  await id(page, 'password-forgot').click();
  await expect(form).toHaveCount(0);
  await expect(id(page, 'toasts')).toContainText('on its way to owner@demo.example');
});

test('who signs out finds address and e-mail filled in, and the next person begins at the front', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none');
  const address = page.locator('[name=cloud-url]');
  await address.fill('live.example.com/');
  await page.locator('[name=email]').fill('mod@shop.example');
  await expect(address, 'what was left out is completed').toHaveValue('https://live.example.com');
  await address.fill('127.0.0.1:18080');
  await page.locator('[name=password]').fill('correct horse');
  await id(page, 'sign-in').click();
  await settings(page, 'Your account');
  await page.getByRole('navigation').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(address).toHaveValue('http://127.0.0.1:18080');
  await expect(page.locator('[name=email]')).toHaveValue('mod@shop.example');
  await expect(page.locator('[name=password]')).toHaveValue('');
  await seen(page, 'signed-out');
  await page.locator('[name=password]').fill('correct horse');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Shows', level: 1 })).toBeVisible();
});

test('a new account is told where the letter went, and sends it again', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none');
  await page.locator('[name=cloud-url]').fill('live.example.com');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.locator('[name=name]').fill('Nora');
  await page.locator('[name=organization]').fill('Nora’s Lädchen');
  await expect(page.locator('[name=channel]'), 'what shop pages will say').toHaveValue('noras-laedchen');
  await page.locator('[name=email]').fill('nora@example.com');
  await page.locator('[name=password]').fill('correct horse');
  await seen(page, 'register');
  expect(await breaches(page)).toEqual([]);
  await page.locator('[name=channel]').fill('Läden');
  await id(page, 'sign-in').click();
  await expect(page.getByText('2 to 40 small letters')).toBeVisible();
  await page.locator('[name=channel]').fill('demo');
  await id(page, 'sign-in').click();
  await expect(id(page, 'sign-in-error')).toContainText('Another channel has that name');
  await page.locator('[name=channel]').fill('');
  await expect(page.locator('[name=channel]')).toHaveValue('noras-laedchen');
  await id(page, 'sign-in').click();
  await expect(id(page, 'unconfirmed')).toContainText('a letter went to nora@example.com');
  await seen(page, 'unconfirmed');
  expect(await breaches(page)).toEqual([]);
  await id(page, 'confirm-again').click();
  await expect(id(page, 'toasts')).toContainText('A letter is on its way to nora@example.com');
  // They read it, and come back to the studio.
  await page.evaluate(() => {
    const { account } = (window as unknown as { fake: { account: { user: { email_verified: boolean } } } }).fake;
    account.user.email_verified = true;
    window.dispatchEvent(new Event('focus'));
  });
  await expect(page.getByTestId('unconfirmed')).toHaveCount(0);
});

test('an owner calls the channel otherwise, and is told what becomes of the name of before', async ({ studio, page }) => {
  await studio('crowd=none');
  await settings(page, 'Organisation');
  const channel = page.locator('[name=channel]');
  await expect(channel).toHaveValue('demo');
  await expect(page.getByText('pages with the name of before go on for a year')).toBeVisible();
  await channel.fill('taken');
  await id(page, 'save-organization').click();
  await expect(page.getByText('Another channel has that name, or had it')).toBeVisible();
  await seen(page, 'channel');
  await channel.fill('maison');
  await id(page, 'save-organization').click();
  await expect(id(page, 'toasts')).toContainText('The settings were saved');
  await expect(channel).toHaveValue('maison');
});

test('what was done says to whom and to what', async ({ studio, page }) => {
  await studio('crowd=none');
  await settings(page, 'Activity');
  await expect(page.getByTestId('deed').filter({ hasText: 'Invited somebody: priya@agency.example as Host' })).toHaveCount(1);
  await expect(page.getByTestId('deed').filter({ hasText: 'Changed name or settings: name, imprint' })).toHaveCount(1);
  await seen(page, 'activity');
});

test('a role brings what its screens need, and says what it lacks', async ({ studio, page }) => {
  await studio('crowd=none');
  await page.getByRole('navigation').getByRole('button', { name: 'Team', exact: true }).click();
  await page.getByRole('tab', { name: 'Roles', exact: true }).click();
  await id(page, 'new-role').click();
  await page.getByRole('checkbox', { name: 'Count and correct stock' }).check();
  const products = page.getByRole('checkbox', { name: 'See products and coupons' });
  await expect(products).toBeChecked();
  await products.uncheck();
  await expect(id(page, 'lacking')).toContainText('See products and coupons');
  await seen(page, 'lacking');
});
