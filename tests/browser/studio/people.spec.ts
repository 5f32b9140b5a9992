// Who works for a shop and what they may do: told by pointer and by key, each refusal in words.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();
const team = async (page: Page, part = 'Members') => {
  await place(page, 'Team');
  await tab(page, part);
};
const account = async (page: Page) => {
  await place(page, 'Settings');
  await tab(page, 'Your account');
};
const row = (page: Page, name: string) => page.getByTestId('member').filter({ hasText: name });
const act = async (page: Page, name: string, what: string) => {
  await row(page, name).getByTestId('member-actions').click();
  await page.getByRole('menuitem', { name: what }).click();
};
/** Walks there by Tab, as somebody without a pointer. */
const tabTo = async (page: Page, name: string) => {
  for (let n = 0; n < 80; n += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.getAttribute('data-testid') === wanted, name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${name}`);
};
const atRest = (page: Page) =>
  page.evaluate(() =>
    Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0)).map((one) => one.finished)),
  );
/** How the fake cloud is played by a colleague. */
interface Fake {
  cloud: {
    people: {
      roles: { name: string; version: number; permissions: string[] }[];
      members: { role: string; user: { id: string; name: string } }[];
      keys: { created_by?: string | null | undefined; revoked_at?: string | null }[];
    };
  };
  account: { letters: string[] };
}
const fake = <T>(page: Page, play: (fake: Fake) => T) =>
  page.evaluate(`(${play.toString()})(window.fake)`) as Promise<T>;

test('an owner invites somebody, sees that they wait, and takes it back', async ({ studio, page }) => {
  await studio('crowd=none', 30);
  await team(page);
  await expect(page.getByTestId('member')).toHaveCount(6);
  await expect(row(page, 'Ines Duarte')).toContainText('Not confirmed');
  await id(page, 'invite').click();
  await id(page, 'send-invitation').click();
  await expect(id(page, 'invite-form').getByText('Give your e-mail')).toHaveCount(0);
  await expect(id(page, 'invite-form').getByText('Give their e-mail')).toBeVisible();
  await page.locator('[name=email]').fill('ada@demo.example');
  await id(page, 'send-invitation').click();
  await expect(id(page, 'invite-form').getByRole('alert'), 'who is a member already is none to invite').toContainText('a member already');
  await page.locator('[name=email]').fill('new@demo.example');
  await page.getByRole('radio', { name: 'Support' }).check();
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await id(page, 'send-invitation').click();
  await expect(id(page, 'invited')).toContainText('on its way to new@demo.example');
  await expect(id(page, 'invite-link')).toContainText('/account/invitation?token=vti_');
  await atRest(page);
  expect(await breaches(page)).toEqual([]);
  await id(page, 'invited-done').click();
  const waiting = page.getByTestId('invitation').filter({ hasText: 'new@demo.example' });
  await expect(waiting).toContainText('Support');
  await expect(waiting).toContainText('Lena Vogt');
  await waiting.getByTestId('revoke').click();
  await id(page, 'revoke-invitation-confirm').click();
  await expect(waiting).toHaveCount(0);
  await expect(id(page, 'toasts')).toContainText('new@demo.example was taken back');
});

test('an inviter without a confirmed address is told why no letter went, and hands the link on', async ({ studio, page }) => {
  await studio('crowd=none&unconfirmed');
  await team(page);
  await id(page, 'invite-again').click();
  await expect(id(page, 'invited')).toContainText('your own address is not confirmed');
  await expect(id(page, 'invite-link')).toContainText('vti_');
});

test('a member gets another role, and is removed once it was asked', async ({ studio, page }) => {
  await studio('crowd=none');
  await team(page);
  await act(page, 'Noé Martin', 'Change role');
  await page.getByRole('radio', { name: 'Stock keeper' }).check();
  await id(page, 'give-role').click();
  await expect(row(page, 'Noé Martin')).toContainText('Stock keeper');
  await act(page, 'Noé Martin', 'Remove');
  await expect(id(page, 'remove-member')).toContainText('Remove Noé Martin?');
  await page.keyboard.press('Escape');
  await expect(row(page, 'Noé Martin'), 'nothing happened yet').toHaveCount(1);
  await act(page, 'Noé Martin', 'Remove');
  await id(page, 'remove-member-confirm').click();
  await expect(row(page, 'Noé Martin')).toHaveCount(0);
});

test('who is removed takes the keys that they made along, unless somebody keeps them', async ({ studio, page }) => {
  await studio('crowd=none');
  await team(page);
  const holding = () => fake(page, ({ cloud: { people } }) => people.keys.filter((one) => !one.revoked_at).length);
  await fake(page, ({ cloud: { people } }) => {
    const [first, second] = ['Noé Martin', 'Jon Berg'].map((name) => people.members.find((one) => one.user.name === name)!.user.id);
    people.keys = people.keys.map((one, n) => ({ ...one, revoked_at: null, created_by: n === 0 ? first : second }));
  });
  await act(page, 'Noé Martin', 'Remove');
  await expect(id(page, 'remove-member')).toContainText('the API keys they made end');
  await id(page, 'remove-member').getByRole('checkbox', { name: 'Keep the API keys they made' }).check();
  await id(page, 'remove-member-confirm').click();
  await expect(row(page, 'Noé Martin')).toHaveCount(0);
  expect(await holding()).toBe(3);
  await act(page, 'Jon Berg', 'Remove');
  await expect(id(page, 'remove-member').getByRole('checkbox'), 'asked anew of each').not.toBeChecked();
  await id(page, 'remove-member-confirm').click();
  await expect(row(page, 'Jon Berg')).toHaveCount(0);
  expect(await holding()).toBe(1);
});

test('the only owner is told why they cannot leave; they hand over by password, and then can', async ({ studio, page }) => {
  await studio('crowd=none&second');
  await team(page);
  await act(page, 'Lena Vogt', 'Leave');
  await expect(id(page, 'leave')).toContainText('at least one owner');
  await expect(page.getByTestId('leave-confirm')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await act(page, 'Ada Okafor', 'Hand the organisation over');
  await page.locator('[name=password]').fill('no');
  await id(page, 'hand-over-confirm').click();
  await expect(id(page, 'hand-over').getByRole('alert')).toContainText('not your password');
  await page.locator('[name=password]').fill('demo-owner-password');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Ada Okafor')).toContainText('Owner');
  await expect(row(page, 'Lena Vogt')).toContainText('Admin');
  await row(page, 'Ada Okafor').getByTestId('member-actions').click();
  await expect(page.getByRole('menuitem', { name: 'Hand the organisation over' }), 'it is no longer hers to give').toHaveCount(0);
  await expect(page.getByRole('menuitem', { name: 'Remove' }), 'an admin removes no owner').toBeDisabled();
  await page.keyboard.press('Escape');
  await act(page, 'Lena Vogt', 'Leave');
  await id(page, 'leave-confirm').click();
  await expect(page.getByRole('navigation')).toContainText('Atelier Nord');
  await expect(page.getByRole('navigation')).not.toContainText('Maison Demo');
});

test('an admin gives no role above their own, and who manages nobody only looks', async ({ studio, page }) => {
  await studio('as=admin&crowd=none');
  await team(page);
  await act(page, 'Noé Martin', 'Change role');
  await expect(page.getByRole('radio', { name: 'Admin' })).toHaveCount(1);
  await expect(page.getByRole('radio', { name: 'Owner' })).toHaveCount(0);
  await studio('as=moderator&crowd=none');
  await team(page);
  await expect(page.getByTestId('member')).toHaveCount(6);
  for (const name of ['invite', 'invitation']) await expect(page.getByTestId(name)).toHaveCount(0);
  await expect(page.getByTestId('member-actions'), 'their own: to leave').toHaveCount(1);
  await expect(page.getByRole('tab', { name: 'Keys' })).toHaveCount(0);
  await tab(page, 'Roles');
  await expect(id(page, 'role-table')).toBeVisible();
  await expect(page.getByTestId('new-role')).toHaveCount(0);
});

test('a role is made by the keyboard alone, given, and not deleted while somebody has it', async ({ studio, page }) => {
  await studio('crowd=none');
  await place(page, 'Team');
  await page.getByRole('tab', { name: 'Members' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Roles' })).toBeFocused();
  await tabTo(page, 'new-role');
  await page.keyboard.press('Enter');
  await expect(id(page, 'role-editor')).toBeVisible();
  await page.keyboard.type('Counter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space'); // what it has from the start goes
  await page.keyboard.press('Enter');
  await expect(id(page, 'role-editor').getByText('Choose at least one thing')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Count and correct stock' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('role').filter({ hasText: 'Counter' })).toContainText('Count and correct stock');
  const table = id(page, 'role-table');
  await expect(table.getByRole('columnheader', { name: 'Counter' })).toBeVisible();
  await expect(table.getByRole('row', { name: /^Count and correct stock/ }).getByRole('cell').first()).toHaveText('yes');

  await page.getByRole('button', { name: 'Delete Stock keeper' }).click();
  await expect(id(page, 'delete-role-dialog')).toContainText('given to members still');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete Counter' }).click();
  await id(page, 'delete-role-dialog-confirm').click();
  await expect(table.getByRole('columnheader', { name: 'Counter' })).toHaveCount(0);
});

test('a role that a colleague changed meanwhile is not written over', async ({ studio, page }) => {
  await studio('crowd=none');
  await team(page, 'Roles');
  await page.getByRole('button', { name: 'Change Support' }).click();
  await page.locator('[name=name]').fill('Care');
  await fake(page, ({ cloud: { people } }) => {
    people.roles = people.roles.map((one) => (one.name === 'Support' ? { ...one, name: 'Help desk', version: one.version + 1 } : one));
  });
  await id(page, 'save-role').click();
  await expect(id(page, 'role-editor').getByRole('alert')).toContainText('Somebody changed it');
  await expect(page.locator('[name=name]'), 'what is there now').toHaveValue('Help desk');
  await page.locator('[name=name]').fill('Care');
  await id(page, 'save-role').click();
  await expect(page.getByTestId('role').filter({ hasText: 'Care' })).toBeVisible();
});

test('a key is made from a preset, shown once, and revoked', async ({ studio, page }) => {
  await studio('crowd=none', 30);
  await team(page, 'Keys');
  await expect(page.getByTestId('api-key')).toHaveCount(3);
  await expect(page.getByTestId('api-key').filter({ hasText: 'Old reporting' })).toContainText('Revoked');
  await id(page, 'new-key').click();
  await id(page, 'make-key').click();
  await expect(id(page, 'key-form').getByText('A key needs a name')).toBeVisible();
  await page.locator('[name=name]').fill('Counter at the market');
  await page.getByRole('radio', { name: 'On a day' }).check();
  await page.locator('[name=date-day]').fill('1 Jan 2020');
  await id(page, 'make-key').click();
  await expect(id(page, 'key-form').getByText('at most three years ahead')).toBeVisible();
  await page.getByRole('radio', { name: 'In a year' }).check();
  await id(page, 'make-key').click();
  await expect(id(page, 'key-token')).toContainText('vtk_');
  await atRest(page);
  expect(await breaches(page)).toEqual([]);
  // A slip loses no secret.
  await page.mouse.click(8, 400);
  await page.keyboard.press('Escape');
  await expect(id(page, 'discard')).toContainText('without copying');
  await id(page, 'discard-keep').click();
  await id(page, 'key-done').click();
  await expect(page.getByText('vtk_Zk3pQ8sW1nXe7Lr5TbYhVd2Gc9Jf4Mua')).toHaveCount(0);
  const key = page.getByTestId('api-key').filter({ hasText: 'Counter at the market' });
  await expect(key).toContainText('Record orders of the shop');
  await expect(key).toContainText('never');
  await key.getByTestId('revoke-key').click();
  await id(page, 'revoke-key-dialog-confirm').click();
  await expect(key).toContainText('Revoked');
});

test('a key of one’s own choice can do what was chosen, and nothing else', async ({ studio, page }) => {
  await studio('crowd=none');
  await team(page, 'Keys');
  await id(page, 'new-key').click();
  await page.locator('[name=name]').fill('Screen in the window');
  await page.getByRole('radio', { name: 'Something else' }).check();
  await id(page, 'make-key').click();
  await expect(id(page, 'key-form').getByText('Choose at least one thing')).toBeVisible();
  await expect(id(page, 'permissions'), 'people are managed by people').not.toContainText('Invite, change and remove members');
  await page.getByRole('checkbox', { name: 'See shows and line-ups' }).check();
  await id(page, 'make-key').click();
  await id(page, 'key-done').click();
  await expect(page.getByTestId('api-key').filter({ hasText: 'Screen in the window' }).locator('td').nth(1)).toHaveText('See shows and line-ups');
});

test('a person confirms and changes their address, and signs others out', async ({ studio, page }) => {
  await studio('crowd=none&unconfirmed', 30);
  await account(page);
  await expect(id(page, 'address')).toContainText('Not confirmed');
  await id(page, 'send-again').click();
  await expect(id(page, 'toasts')).toContainText('on its way to owner@demo.example');
  await id(page, 'change-address').click();
  await page.locator('[name=email]').fill('Owner@demo.example');
  await page.locator('[name=password]').fill('no');
  await id(page, 'send-change').click();
  await expect(page.getByText('That is your address already')).toBeVisible();
  await page.locator('[name=email]').fill('lena@vogt.example');
  await id(page, 'send-change').click();
  await expect(id(page, 'address-form').getByRole('alert')).toContainText('not your password');
  await page.locator('[name=password]').fill('demo-owner-password');
  await page.keyboard.press('Enter');
  await expect(id(page, 'address-form')).toHaveCount(0);
  expect(await fake(page, ({ account }) => account.letters)).toEqual(['confirm', 'change']);

  await expect(page.getByTestId('session')).toHaveCount(3);
  await expect(page.getByTestId('session').first()).toContainText('This one');
  await page.getByRole('button', { name: 'Sign out Firefox · Windows' }).click();
  await expect(page.getByTestId('session')).toHaveCount(2);
  await id(page, 'end-others').click();
  await id(page, 'end-others-dialog-confirm').click();
  await expect(page.getByTestId('session')).toHaveCount(1);
  await expect(page.getByText('You are signed in here alone.').first()).toBeVisible();
});

test('an invitation is accepted by its link, and the desk is opened there after a sign-in', async ({ studio, page }) => {
  await studio('crowd=none');
  await account(page);
  await id(page, 'accept-invitation').click();
  await page.locator('[name=link]').fill('https://live.example.com/somewhere');
  await id(page, 'join').click();
  await expect(page.getByText('Paste the whole link')).toBeVisible();
  await page.locator('[name=link]').fill('https://live.example.com/account/invitation?token=vti_b3Zl4mTq7Hk2cXw9R-old&lang=en');
  await id(page, 'join').click();
  await expect(id(page, 'join-form').getByRole('alert')).toContainText('used already, or is too old');
  await page.locator('[name=link]').fill('https://live.example.com/account/invitation?token=vti_b3Zl4mTq7Hk2cXw9R&lang=en');
  await id(page, 'join').click();
  await expect(id(page, 'invitation-seen')).toHaveText('Elif Kaya invites you to Studio Lumen as Host.');
  await id(page, 'join').click();
  await expect(page.getByRole('navigation')).toContainText('Studio Lumen');
  await place(page, 'Shows');
  await id(page, 'new-show').click();
  await page.locator('[name=title]').fill('First light');
  await page.keyboard.press('Enter');
  await expect(id(page, 'open-desk'), 'the desk asks where they belong by now').toBeVisible();
  await atRest(page);
  expect(await breaches(page)).toEqual([]);
  await id(page, 'open-desk').click();
  await expect(page.getByTestId('go-live').first()).toBeVisible();
});

test('who left their last organisation makes another one', async ({ studio, page }) => {
  await studio('as=moderator&crowd=none');
  await team(page);
  await act(page, 'Tom Ruiz', 'Leave');
  await id(page, 'leave-confirm').click();
  await expect(id(page, 'no-place')).toContainText('You belong to no organisation');
  await atRest(page);
  expect(await breaches(page)).toEqual([]);
  await id(page, 'new-organization').click();
  await page.locator('[name=name]').fill('Ruiz & Co');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation')).toContainText('Ruiz & Co');
  await team(page);
  await expect(row(page, 'Tom Ruiz')).toContainText('Owner');
});

test('each role sees the places that it may, and an address of another leads to the first of them', async ({ studio, page }) => {
  const rail = () => page.getByRole('navigation').locator('li').allTextContents();
  await studio('as=moderator&crowd=none');
  await expect(page.getByRole('navigation')).toBeVisible();
  expect((await rail()).map((one) => one.trim())).toEqual(['Shows', 'Catalogue', 'Team', 'Settings']);
  await place(page, 'Catalogue');
  await expect(page.getByTestId('product').first()).toBeVisible();
  for (const name of ['new-product', 'new-coupon']) await expect(page.getByTestId(name)).toHaveCount(0);
  await page.evaluate(() => (location.hash = '#/orders'));
  await expect(page.getByRole('heading', { name: 'Shows', exact: true })).toBeVisible();
  await studio('as=analyst&crowd=none');
  await expect(page.getByRole('navigation')).toBeVisible();
  expect((await rail()).map((one) => one.trim())).toEqual(['Shows', 'Catalogue', 'Orders', 'Team', 'Settings']);
  await place(page, 'Shows');
  await expect(id(page, 'open-desk')).toHaveText('Open the chat');
  await expect(page.getByTestId('new-show')).toHaveCount(0);
});

test('a change that fails is told in words and can be tried again; what was loaded stays', async ({ studio, page }) => {
  await studio('crowd=none');
  await team(page);
  await fake(page, ({ cloud: { people } }) => {
    people.members = people.members.filter((one) => one.user.name !== 'Jon Berg');
  });
  await act(page, 'Jon Berg', 'Remove');
  await id(page, 'remove-member-confirm').click();
  await expect(id(page, 'remove-member').getByRole('alert')).toContainText('no longer there');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('member').first()).toBeVisible();
  await studio('cloud=down&crowd=none');
  for (const part of ['Members', 'Roles', 'Keys']) {
    await team(page, part);
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  }
  await account(page);
  await expect(page.getByText('Your ways of signing in could not be loaded')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' }), 'one box for one cause').toHaveCount(1);
});
