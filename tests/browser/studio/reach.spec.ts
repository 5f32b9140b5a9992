// Whoever runs or moderates a show: nothing on any screen of the studio breaks WCAG 2.2 AA, and the keyboard is enough.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

/** Lets what slides in come to rest: a contrast in mid-fade is nobody's fault. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.allSettled(
      document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0)).map((one) => one.finished),
    ),
  );
}

const id = (page: Page, name: string) => page.getByTestId(name).first();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'run-of-show')).toBeVisible();
};
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();

const part = async (page: Page, name: string, tab: string) => {
  await place(page, name);
  await page.getByRole('tab', { name: tab, exact: true }).click();
};
const member = async (page: Page, n: number, what: string) => {
  await place(page, 'Team');
  await page.getByTestId('member-actions').nth(n).click();
  await page.getByRole('menuitem', { name: what }).click();
};

/** Every screen and what opens on it: the world it needs, and the way there. */
const SCREENS: [what: string, query: string, way: (page: Page) => Promise<void>][] = [
  ['sign-in', 'as=nobody&demo=none', async () => {}],
  ['sign-in with a demo near', 'as=nobody', async () => {}],
  ['sign-in without a keyring', 'as=nobody&keyring=none', async () => {}],
  ['register', 'as=nobody&demo=none', (page) => page.getByRole('button', { name: 'Create an account' }).click()],
  ['shows', '', async () => {}],
  ['no shows yet', 'empty', async () => {}],
  ['shows without a cloud', 'cloud=down', async () => {}],
  ['new show', '', (page) => id(page, 'new-show').click()],
  ['catalogue', '', (page) => place(page, 'Catalogue')],
  ['empty catalogue', 'empty', (page) => place(page, 'Catalogue')],
  ['new product', '', async (page) => {
    await place(page, 'Catalogue');
    await id(page, 'new-product').click();
  }],
  ['variants of a product', '', async (page) => {
    await place(page, 'Catalogue');
    await page.getByRole('button', { name: 'Change Stoneware cup' }).click();
    await page.getByRole('button', { name: 'Remove Sand' }).click();
  }],
  ['nothing found', '', async (page) => {
    await place(page, 'Catalogue');
    await page.locator('[name=find-product]').fill('sofa');
    await expect(id(page, 'show-all')).toBeVisible();
  }],
  ['calendar', '', async (page) => {
    await id(page, 'new-show').click();
    await id(page, 'when-calendar').click();
  }],
  ['new coupon', '', async (page) => {
    await place(page, 'Catalogue');
    await page.getByRole('tab', { name: 'Coupons' }).click();
    await id(page, 'new-coupon').click();
  }],
  ['orders', 'live=700', (page) => place(page, 'Orders')],
  ['no orders', 'empty', (page) => place(page, 'Orders')],
  ['team', '', (page) => place(page, 'Team')],
  ['team with a menu open', 'as=admin', async (page) => {
    await place(page, 'Team');
    await page.getByTestId('member-actions').nth(1).click();
    await expect(page.getByRole('menuitem', { name: 'Remove' })).toBeDisabled();
  }],
  ['team that only looks', 'as=moderator', (page) => place(page, 'Team')],
  ['team of one', 'empty', (page) => place(page, 'Team')],
  ['team without a cloud', 'cloud=down', (page) => place(page, 'Team')],
  ['invite', '', async (page) => {
    await place(page, 'Team');
    await id(page, 'invite').click();
    await id(page, 'send-invitation').click();
  }],
  ['invited without a letter', 'unconfirmed', async (page) => {
    await place(page, 'Team');
    await id(page, 'invite-again').click();
    await expect(id(page, 'invited')).toBeVisible();
  }],
  ['another role', '', (page) => member(page, 2, 'Change role')],
  ['hand over', '', (page) => member(page, 1, 'Hand the organisation over')],
  ['the last owner', '', (page) => member(page, 0, 'Leave')],
  ['roles', '', (page) => part(page, 'Team', 'Roles')],
  ['change a role', '', async (page) => {
    await part(page, 'Team', 'Roles');
    await id(page, 'change-role').click();
  }],
  ['keys', '', (page) => part(page, 'Team', 'Keys')],
  ['no keys', 'empty', (page) => part(page, 'Team', 'Keys')],
  ['new key', '', async (page) => {
    await part(page, 'Team', 'Keys');
    await id(page, 'new-key').click();
    await page.getByRole('radio', { name: 'Something else' }).check();
    await id(page, 'make-key').click();
  }],
  ['your account', 'second&unconfirmed', async (page) => {
    await part(page, 'Settings', 'Your account');
    await expect(page.getByTestId('session')).toHaveCount(3);
  }],
  ['another address', '', async (page) => {
    await part(page, 'Settings', 'Your account');
    await id(page, 'change-address').click();
  }],
  ['an invitation', '', async (page) => {
    await part(page, 'Settings', 'Your account');
    await id(page, 'accept-invitation').click();
    await page.locator('[name=link]').fill('vti_b3Zl4mTq7Hk2cXw9R');
    await page.keyboard.press('Enter');
    await expect(id(page, 'invitation-seen')).toBeVisible();
  }],
  ['settings', '', (page) => place(page, 'Settings')],
  ['settings without devices', 'camera=none', (page) => place(page, 'Settings')],
  ['desk before the show', '', desk],
  ['desk without a camera', 'camera=none', desk],
  ['desk on air', 'live=761', desk],
  ['desk on air from elsewhere', 'live=761&elsewhere', desk],
  ['desk that lost its uplink', 'live=761&trouble=holding', desk],
  ['desk with a poor line', 'live=761&trouble=poor', desk],
  ['desk with many faults', 'live=761&trouble=many', desk],
  ['desk without a cloud', 'live=761&trouble=offline', desk],
  ['going live to nowhere', 'trouble=unreachable', async (page) => {
    await desk(page);
    await id(page, 'go-live').click();
    await id(page, 'start-confirm').click();
    await expect(id(page, 'fault')).toBeVisible();
  }],
  ['go live?', '', async (page) => {
    await desk(page);
    await id(page, 'go-live').click();
  }],
  ['end the show?', 'live=761', async (page) => {
    await desk(page);
    await id(page, 'end-show').click();
  }],
  ['shortcuts', '', async (page) => {
    await desk(page);
    await page.keyboard.press('?');
    await expect(id(page, 'shortcuts')).toBeVisible();
  }],
  ['take a show up again', 'takeup&live=300', async () => {}],
  ['a show to take up, put aside', 'takeup&live=300', async (page) => {
    await expect(id(page, 'take-up')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(id(page, 'take-up-aside')).toBeVisible();
  }],
  ['a show that is being saved', 'latency=2500', async (page) => {
    await id(page, 'new-show').click();
    await page.locator('[name=title]').fill('Spring');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect(page.getByText('One moment')).toBeVisible();
  }],
  ['lip sync measured', '', async (page) => {
    await desk(page);
    await id(page, 'microphone').click();
    await page.getByRole('menuitem', { name: 'Lip sync…' }).click();
    await id(page, 'lip-measure').click();
    await expect(id(page, 'lip-found')).toBeVisible();
    await id(page, 'lip-cure').click();
    await expect(id(page, 'lip-offset')).toHaveText('84 ms later');
  }],
  ['moderator', 'as=moderator&live=761', desk],
  ['desk whose session ended', 'live=761&trouble=signed_out', async (page) => {
    await desk(page);
    await expect(id(page, 'sign-in-again')).toBeVisible();
  }],
  ['desk whose media engine broke', 'live=761&trouble=broken', async (page) => {
    await desk(page);
    await expect(id(page, 'broken')).toBeVisible();
  }],
  ['close the window on air?', 'live=761&closing', async (page) => {
    await desk(page);
    await expect(id(page, 'closing')).toBeVisible();
  }],
  ['desk of a show that a colleague ended', 'live=761&trouble=colleague_ends', async (page) => {
    await desk(page);
    await expect(id(page, 'ended')).toBeVisible();
  }],
];

for (const theme of ['dark', 'light'] as const) {
  for (const [what, query, way] of SCREENS) {
    test(`${what} breaks no rule (${theme})`, async ({ studio, page }) => {
      await page.addInitScript((choice) => localStorage.setItem('vitrine.theme', choice), theme);
      await studio(`${query}&crowd=none`);
      await way(page);
      await atRest(page);
      const { VITRINE_SHOTS } = process.env;
      if (VITRINE_SHOTS) await page.screenshot({ path: `${VITRINE_SHOTS}/${theme}-${what.replaceAll(/\W+/g, '-')}.png` });
      expect(await breaches(page)).toEqual([]);
    });
  }
}

test('a show is run by the keyboard alone', async ({ studio, page }) => {
  await studio();
  const tabTo = async (name: string) => {
    for (let n = 0; n < 80; n += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.getAttribute('data-testid') === wanted, name)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo('open-desk');
  await page.keyboard.press('Enter');
  await expect(id(page, 'go-live')).toBeEnabled();
  await page.keyboard.press('2');
  await expect(id(page, 'pinned-title')).toBeVisible();
  await tabTo('go-live');
  await page.keyboard.press('Enter'); // too short to be meant: it asks
  await expect(id(page, 'start-dialog')).toBeVisible();
  await tabTo('start-confirm');
  await page.keyboard.press('Enter');
  await expect(id(page, 'air-state')).toContainText('LIVE');
  await page.keyboard.press('c');
  await page.keyboard.type('hello from the keyboard');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('message').filter({ hasText: 'hello from the keyboard' })).toBeVisible();
  await page.keyboard.press('Control+Shift+E');
  await tabTo('end-confirm');
  await page.keyboard.press('Enter');
  await expect(id(page, 'ended')).toBeVisible();
});

test('single keys that are off do nothing, and a changed key does the work', async ({ studio, page }) => {
  await studio();
  await place(page, 'Settings');
  await id(page, 'change-mute').click();
  await page.keyboard.press('p');
  await expect(page.getByRole('alert').filter({ hasText: 'Pin or unpin' })).toBeVisible();
  await page.keyboard.press('x');
  await place(page, 'Shows');
  await desk(page);
  const muted = page.getByRole('button', { name: 'Unmute' });
  await page.keyboard.press('m');
  await expect(muted).toHaveCount(0);
  await page.keyboard.press('x');
  await expect(muted).toBeVisible();
  await page.keyboard.press('x');
  await expect(muted).toHaveCount(0);

  await page.getByRole('button', { name: 'Leave the desk' }).click();
  await place(page, 'Settings');
  await page.getByRole('checkbox', { name: 'Keys without Ctrl' }).uncheck();
  await place(page, 'Shows');
  await desk(page);
  await page.keyboard.press('x');
  await page.keyboard.press('2');
  await expect(muted).toHaveCount(0);
  await expect(id(page, 'pinned-title')).toHaveCount(0);
  // What does nothing is not offered.
  await expect(id(page, 'run-row').locator('.number')).toHaveText('1');
  await expect(id(page, 'run-of-show').locator('kbd')).toHaveCount(0);
  await expect(id(page, 'pinned')).not.toContainText('1–9');
  await id(page, 'run-row').locator('.pin').hover();
  await expect(page.locator('.tip')).toHaveText(/^Pin \D+$/);
});

test('a row beyond the ninth offers the key that pins the chosen one', async ({ studio, page }) => {
  await page.addInitScript(() => localStorage.setItem('vitrine.keys', JSON.stringify({ own: { pinSelected: 'x' } })));
  await studio('crowd=none');
  for (let n = 1; n <= 5; n += 1) {
    await place(page, 'Catalogue');
    await page.getByRole('tab', { name: 'Coupons' }).click();
    await id(page, 'new-coupon').click();
    await page.locator('[name=code]').fill(`LIVE2${n}`);
    await page.locator('[name=percent]').fill('20');
    await id(page, 'coupon-form').locator('[type=submit]').click();
    await expect(id(page, 'coupon-form')).toHaveCount(0);
  }
  await place(page, 'Shows');
  await id(page, 'add-items').click();
  for (const box of await id(page, 'add-dialog').getByRole('checkbox').all()) await box.check();
  await id(page, 'add-chosen').click();
  await desk(page);
  const last = page.getByTestId('run-row').last();
  await expect(last.locator('.number')).toHaveText(/^1\d$/);
  // Until it is chosen, that key pins another row.
  await last.locator('.pin').hover();
  await expect(page.locator('.tip')).toBeVisible();
  await expect(page.locator('.tip kbd')).toHaveCount(0);
  await last.locator('.number').click();
  await last.locator('.pin').hover();
  await expect(page.locator('.tip kbd')).toHaveText('X');
  await page.keyboard.press('x');
  await expect(last).toHaveClass(/pinned/);
  await page.keyboard.press('x');
  await expect(id(page, 'pinned')).toContainText('press X');
});

test('a click without a hold asks before it goes live', async ({ studio, page }) => {
  await studio();
  await desk(page);
  // as a program that speaks for a person clicks: no pointer, no key
  await id(page, 'go-live').evaluate((button: HTMLButtonElement) => button.click());
  await expect(id(page, 'start-dialog')).toBeVisible();
  await expect(id(page, 'air-state')).not.toContainText('LIVE');
  await page.keyboard.press('Escape');
  await expect(id(page, 'start-dialog')).toHaveCount(0);
});

test('the line-up is put in order by buttons, and the focus goes with the row', async ({ studio, page }) => {
  await studio();
  const rows = page.getByTestId('lineup').getByRole('listitem');
  const [first, second] = [await rows.nth(0).locator('strong').textContent(), await rows.nth(1).locator('strong').textContent()];
  await page.getByRole('button', { name: `Move ${second} up` }).click();
  await expect(rows.nth(0).locator('strong')).toHaveText(second ?? '');
  await expect(rows.nth(1).locator('strong')).toHaveText(first ?? '');
  expect(await page.evaluate(() => document.activeElement?.closest('li')?.querySelector('strong')?.textContent)).toBe(second);
});
