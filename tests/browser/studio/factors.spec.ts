// Ways into an account that take more than a password, and what opens it: each by pointer and by key, each refusal in words.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const CODE = '123456';

const atRest = (page: Page) =>
  page.evaluate(() =>
    Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0)).map((one) => one.finished)),
  );
/** Nothing of it is out of anybody's reach, in the dark and in the light. */
async function reaches(page: Page) {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((now) => document.documentElement.setAttribute('data-theme', now), theme);
    await atRest(page);
    expect(await breaches(page), theme).toEqual([]);
  }
}
async function nameAndPassword(page: Page, password = 'long enough') {
  await page.locator('[name=cloud-url]').fill('https://live.example.com');
  await page.locator('[name=email]').fill('owner@maison.example');
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=password]').press('Enter');
}
const signedIn = (page: Page) => expect(page.getByRole('navigation')).toBeVisible();
const account = async (page: Page) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('tab', { name: 'Your account', exact: true }).click();
};
const gone = (page: Page, name: string) => expect(page.getByTestId(name)).toHaveCount(0);
type Word = 'yes' | 'no' | 'late' | 'other';
const browserSays = (page: Page, word: Word) =>
  page.evaluate((said) => (window as unknown as { fake: { entry: { say(word: Word): void } } }).fake.entry.say(said), word);

test('who has an authenticator types six digits and is in, without a press', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none&factor', 20);
  await nameAndPassword(page);
  const code = page.locator('[name=code]');
  await expect(code).toBeFocused();
  await expect(code).toHaveAttribute('inputmode', 'numeric');
  await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(id(page, 'second-factor')).toContainText('owner@maison.example');
  await reaches(page);
  await page.keyboard.type('000000');
  await expect(page.getByRole('alert')).toContainText('does not fit, or was used already');
  await expect(code, 'the next one is typed over it').toHaveValue('');
  await expect(code).toBeFocused();
  await page.keyboard.type('999999');
  await expect(page.getByRole('alert')).toContainText('Wait a minute');
  await code.fill('12');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Six digits');
  // As a password manager or a phone writes it.
  await code.fill('123 456');
  await signedIn(page);
});

test('a recovery code opens it too, and too many wrong codes begin again with the address kept', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none&factor');
  await nameAndPassword(page);
  for (let tries = 0; tries < 5; tries += 1) {
    await page.locator('[name=code]').pressSequentially('000000');
    if (tries < 4) await expect(page.locator('[name=code]')).toHaveValue('');
  }
  await expect(id(page, 'sign-in-error')).toContainText('Give your password again');
  await expect(page.locator('[name=email]')).toHaveValue('owner@maison.example');
  await expect(page.locator('[name=cloud-url]')).toHaveValue('https://live.example.com');
  await expect(page.locator('[name=password]')).toHaveValue('');
  await nameAndPassword(page);
  await id(page, 'factor-other').click();
  await expect(page.locator('[name=recovery-code]')).toBeFocused();
  await page.keyboard.type('abcd-abcd-abcd-abcd');
  await page.keyboard.press('Enter');
  await expect(id(page, 'second-factor')).toContainText('no recovery code of this account');
  const good = await page.evaluate(() => (window as unknown as { fake: { account: { factors: { codes: string[] } } } }).fake.account.factors.codes[3]!);
  await page.locator('[name=recovery-code]').fill(`  ${good.toUpperCase()} `);
  await id(page, 'factor-submit').click();
  await signedIn(page);
});

test('who goes back from the second step may sign in as somebody else', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none&factor');
  await nameAndPassword(page);
  await id(page, 'factor-back').click();
  await expect(page.locator('[name=email]')).toHaveValue('owner@maison.example');
  await gone(page, 'sign-in-error');
});

test('in mid-show the code is asked for on the desk, and the show goes on', async ({ studio, page }) => {
  await studio('live=300&crowd=none&factor');
  await page.getByRole('button', { name: /live desk/i }).first().click();
  await expect(page.getByTestId('air-state').or(page.getByText('LIVE')).first()).toBeVisible();
  await page.evaluate(() => (window as unknown as { fake: { lapse(): void } }).fake.lapse());
  const card = id(page, 'sign-in-again');
  await card.locator('[name=password]').fill('long enough');
  await page.keyboard.press('Enter');
  await expect(card.locator('[name=code]')).toBeFocused();
  await atRest(page);
  expect(await breaches(page)).toEqual([]);
  await page.keyboard.type('000000');
  await expect(card.getByRole('alert').last()).toContainText('does not fit');
  await page.keyboard.type(CODE);
  await gone(page, 'sign-in-again');
  await expect(id(page, 'toasts')).toContainText('Signed in again');
});

test('in mid-show somebody else in the browser does not take over what is open', async ({ studio, page }) => {
  await studio('live=300&crowd=none');
  await page.getByRole('button', { name: /live desk/i }).first().click();
  await page.evaluate(() => (window as unknown as { fake: { lapse(): void } }).fake.lapse());
  await id(page, 'again-browser').click();
  await expect(id(page, 'browser-code')).toHaveText('BCDF-GHJK');
  await browserSays(page, 'other');
  await expect(id(page, 'again-error')).toContainText('waits for owner@demo.example');
  await id(page, 'again-browser').click();
  await expect(id(page, 'browser-code')).toBeVisible();
  await browserSays(page, 'yes');
  await gone(page, 'sign-in-again');
});

test('who signs in in the browser compares the code, and comes in by itself', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none', 20);
  await id(page, 'sign-in-browser').click();
  await expect(page.getByText('Give the address of your cloud'), 'nowhere to go yet').toBeVisible();
  await expect(page.getByText('Give your e-mail'), 'the browser asks for that').toHaveCount(0);
  await page.locator('[name=cloud-url]').fill('https://live.example.com');
  await id(page, 'sign-in-browser').focus();
  await page.keyboard.press('Enter');
  await expect(id(page, 'browser-code')).toHaveText('BCDF-GHJK');
  await expect(page.getByText('Check that the page shows the same code.')).toBeVisible();
  await reaches(page);
  await id(page, 'browser-again').click();
  await expect(id(page, 'browser-code')).toBeVisible();
  await browserSays(page, 'no');
  await expect(id(page, 'sign-in-error')).toContainText('refused in the browser');
  await id(page, 'sign-in-browser').click();
  await expect(id(page, 'browser-code')).toBeVisible();
  await browserSays(page, 'late');
  await expect(id(page, 'sign-in-error')).toContainText('Nobody signed in in time');
  await id(page, 'sign-in-browser').click();
  await expect(id(page, 'browser-cancel')).toBeVisible();
  await expect(id(page, 'browser-code')).toBeVisible();
  await browserSays(page, 'yes');
  await signedIn(page);
});

test('who cancels is back at the form, and without a browser the address is there to copy', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none&browser=none');
  await page.locator('[name=cloud-url]').fill('https://live.example.com');
  await id(page, 'sign-in-browser').click();
  await expect(id(page, 'browser-address')).toContainText('https://live.example.com/account/');
  await reaches(page);
  await id(page, 'browser-cancel').click();
  await expect(page.locator('[name=cloud-url]')).toHaveValue('https://live.example.com');
  await gone(page, 'sign-in-error');
  await browserSays(page, 'yes');
  await expect(id(page, 'sign-in'), 'it is not waited for any more').toBeVisible();
});

test('where the cloud does not answer no browser is opened', async ({ studio, page }) => {
  await studio('as=nobody&demo=none&crowd=none&cloud=down');
  await page.locator('[name=cloud-url]').fill('https://live.example.com');
  await id(page, 'sign-in-browser').click();
  await expect(id(page, 'sign-in-error')).toContainText('does not answer');
});

test('an authenticator is turned on by key, its codes are kept, and it is turned off again', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await account(page);
  await expect(id(page, 'totp')).toContainText('Off');
  await id(page, 'totp-on').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await expect(id(page, 'enrol-form').getByRole('alert')).toContainText('That is not your password');
  await page.locator('[name=password]').fill('long enough');
  await page.keyboard.press('Enter');
  await expect(id(page, 'totp-picture')).toBeVisible();
  await expect(id(page, 'totp-secret')).toContainText('JBSW Y3DP');
  await expect(page.locator('[name=code]')).toBeFocused();
  await reaches(page);
  await page.keyboard.type('000000');
  await expect(id(page, 'enrol-form').getByRole('alert')).toContainText('clock of your phone');
  await page.keyboard.press('Escape');
  await expect(id(page, 'discard'), 'half of it is nothing').toContainText('Leave before it is turned on?');
  await id(page, 'discard-keep').click();
  await page.locator('[name=code]').pressSequentially(CODE);
  const shown = id(page, 'codes-shown');
  await expect(shown.getByRole('listitem')).toHaveCount(10);
  await reaches(page);
  await page.keyboard.press('Escape');
  await expect(id(page, 'discard')).toContainText('without keeping them');
  await id(page, 'discard-keep').click();
  await id(page, 'codes-save').click();
  await expect(id(page, 'toasts')).toContainText('vitrine-recovery-codes.txt');
  const kept = await page.evaluate(() => (window as unknown as { fake: { files: { kept: Record<string, string> } } }).fake.files.kept);
  expect(kept['vitrine-recovery-codes.txt']?.match(/^\w{4}(-\w{4}){3}$/gm)).toHaveLength(10);
  await id(page, 'codes-done').click();
  await expect(id(page, 'totp')).toContainText('On');
  await expect(id(page, 'recovery-codes')).toContainText('10 of ten are left');

  await id(page, 'totp-off').click();
  const form = id(page, 'totp-off-form');
  await id(page, 'totp-off-form-submit').click();
  await expect(form).toContainText('Give your password');
  await expect(form).toContainText('Six digits');
  await form.locator('[name=password]').fill('long enough');
  await form.locator('[name=code]').fill('000000');
  await id(page, 'totp-off-form-submit').click();
  await expect(form).toContainText('does not fit');
  await reaches(page);
  await form.locator('[name=code]').fill(CODE);
  await page.keyboard.press('Enter');
  await gone(page, 'totp-off-form');
  await expect(id(page, 'totp')).toContainText('Off');
  await gone(page, 'recovery-codes');
});

test('new recovery codes take the place of the old ones', async ({ studio, page }) => {
  await studio('crowd=none&factor');
  await account(page);
  await id(page, 'renew-codes').click();
  const form = id(page, 'renew-form');
  await expect(form).toContainText('The 10 that are left stop working');
  await form.locator('[name=password]').fill('long enough');
  await id(page, 'proof-other').click();
  await form.locator('[name=recovery-code]').fill('abcd-abcd-abcd-abcd');
  await page.keyboard.press('Enter');
  await expect(form).toContainText('no recovery code of this account');
  await id(page, 'proof-other').click();
  await form.locator('[name=code]').fill(CODE);
  await page.keyboard.press('Enter');
  await expect(id(page, 'codes-shown').getByRole('listitem')).toHaveCount(10);
  await id(page, 'codes-done').click();
  await gone(page, 'codes-shown');
});

test('an account elsewhere is unlinked, and the only way in stays until there is a password', async ({ studio, page }) => {
  await studio('crowd=none&linked');
  await account(page);
  await expect(page.getByTestId('identity')).toHaveCount(2);
  await expect(page.getByTestId('identity').last()).toContainText('does not use it any more');
  await page.getByTestId('unlink').last().click();
  await id(page, 'unlink-dialog-confirm').click();
  await expect(page.getByTestId('identity')).toHaveCount(1);
  await studio('crowd=none&linked=only');
  await account(page);
  await id(page, 'unlink').click();
  await id(page, 'unlink-dialog-confirm').click();
  await expect(id(page, 'last-way-in')).toContainText('Choose a password first');
  await expect(page.getByTestId('identity')).toHaveCount(1);
  await reaches(page);
  await id(page, 'password-letter').click();
  await expect(id(page, 'toasts')).toContainText('A letter is on its way');
});

test('an owner is told why the account stays, and who owns nothing deletes it with the address typed', async ({ studio, page }) => {
  await studio('crowd=none');
  await account(page);
  await id(page, 'delete-account').click();
  const form = id(page, 'delete-account-form');
  await expect(form).toContainText('You own Maison Demo');
  await reaches(page);
  await form.locator('[name=typed]').fill('owner@demo.example');
  await form.locator('[name=password]').fill('long enough');
  await id(page, 'delete-account-form-submit').click();
  await expect(id(page, 'delete-refused')).toContainText('no owner left');
  await studio('crowd=none&as=moderator');
  await account(page);
  await id(page, 'delete-account').click();
  await form.locator('[name=password]').fill('bad');
  await form.locator('[name=typed]').fill('somebody@else.example');
  await id(page, 'delete-account-form-submit').click();
  await expect(form).toContainText('Type the address as it stands above');
  await form.locator('[name=typed]').fill('mod@demo.example');
  await page.keyboard.press('Enter');
  await expect(form).toContainText('That is not your password');
  await form.locator('[name=password]').fill('long enough');
  await page.keyboard.press('Enter');
  await expect(id(page, 'sign-in')).toBeVisible();
  await expect(id(page, 'toasts')).toContainText('Your account was deleted');
});

test('who has an authenticator is asked for its code before the account goes', async ({ studio, page }) => {
  await studio('crowd=none&as=moderator&factor=on');
  await account(page);
  await id(page, 'delete-account').click();
  const form = id(page, 'delete-account-form');
  await form.locator('[name=typed]').fill('mod@demo.example');
  await form.locator('[name=password]').fill('long enough');
  await page.keyboard.press('Enter');
  await form.locator('[name=code]').fill('000000');
  await id(page, 'delete-account-form-submit').click();
  await expect(form.getByRole('alert')).toBeVisible();
  await form.locator('[name=code]').fill('123456');
  await id(page, 'delete-account-form-submit').click();
  await expect(id(page, 'toasts')).toContainText('Your account was deleted');
});

test('who is on air deletes no account', async ({ studio, page }) => {
  await studio('crowd=none&as=host');
  await account(page);
  await page.evaluate(() => {
    const { fake } = window as unknown as { fake: { snapshot(): Promise<{ air: { phase: string } }> } };
    const real = fake.snapshot.bind(fake);
    fake.snapshot = async () => ({ ...(await real()), air: { phase: 'live' } });
  });
  await id(page, 'delete-account').click();
  const form = id(page, 'delete-account-form');
  await form.locator('[name=typed]').fill('host@demo.example');
  await form.locator('[name=password]').fill('long enough');
  await id(page, 'delete-account-form-submit').click();
  await expect(id(page, 'delete-refused')).toContainText('End the show first');
});

for (const size of [{ width: 1440, height: 900 }, { width: 1024, height: 700 }]) {
  test(`everything fits on ${size.width}×${size.height}`, async ({ studio, page }, info) => {
    await page.setViewportSize(size);
    const seen = async (name: string) => {
      await atRest(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide, name).toBe(0);
      await page.screenshot({ path: info.outputPath(`${name}.png`) });
    };
    await studio('as=nobody&demo=none&crowd=none&factor');
    await seen('sign-in');
    await nameAndPassword(page);
    await page.locator('[name=code]').pressSequentially('000000');
    await expect(page.getByRole('alert')).toBeVisible();
    await seen('factor');
    await id(page, 'factor-back').click();
    await id(page, 'sign-in-browser').click();
    await expect(id(page, 'browser-code')).toBeVisible();
    await seen('browser');
    await studio('live=300&crowd=none&factor');
    await page.getByRole('button', { name: /live desk/i }).first().click();
    await expect(page.getByRole('button', { name: /End show/ }).first()).toBeVisible();
    await page.evaluate(() => (window as unknown as { fake: { lapse(): void } }).fake.lapse());
    await seen('again');
    await id(page, 'sign-in-again').locator('[name=password]').fill('long enough');
    await page.keyboard.press('Enter');
    await expect(page.locator('[name=code]')).toBeVisible();
    await seen('again-factor');
    await id(page, 'factor-back').click();
    await id(page, 'again-browser').click();
    await expect(id(page, 'browser-code')).toBeVisible();
    await seen('again-browser');
    await studio('crowd=none&linked');
    await account(page);
    await expect(id(page, 'identity')).toBeVisible();
    await seen('account');
    await id(page, 'totp-on').click();
    await page.locator('[name=password]').fill('long enough');
    await page.keyboard.press('Enter');
    await expect(id(page, 'totp-picture')).toBeVisible();
    await seen('enrol');
    await page.locator('[name=code]').pressSequentially(CODE);
    await expect(id(page, 'codes-shown')).toBeVisible();
    await seen('codes');
    await id(page, 'codes-done').click();
    await id(page, 'totp-off').click();
    await seen('off');
    await page.keyboard.press('Escape');
    await id(page, 'delete-account').scrollIntoViewIfNeeded();
    await seen('account-end');
    await id(page, 'delete-account').click();
    await seen('delete');
  });
}
