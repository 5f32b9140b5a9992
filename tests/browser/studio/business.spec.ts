// The plan, webhooks, the way out, and what is on sale: told by pointer and by key, with what the cloud refuses.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const field = (page: Page, name: string) => page.locator(`dialog [name=${name}]`);
/** Once somebody is in: an address that comes earlier is not heard. */
const go = async (page: Page, at: string) => {
  await expect(page.getByRole('navigation')).toBeVisible();
  await page.evaluate((to) => (location.hash = `#/${to}`), at);
};
/** Walks there by Tab, as somebody without a pointer. */
const tabTo = async (page: Page, name: string) => {
  for (let n = 0; n < 80; n += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.getAttribute('data-testid') === wanted, name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${name}`);
};
const clean = async (page: Page) => {
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0)).map((one) => one.finished)),
  );
  expect(await breaches(page)).toEqual([]);
};
/** How the fake cloud is played by whoever runs it. */
interface Fake {
  cloud: {
    products: { id: string; tags: string[]; on_sale: boolean }[];
    imports: { list: { id: string; state: string; source: string; counts: Record<string, number> }[] };
    plan: {
      provider: string; selfService: boolean; choice: object | null; state: string; graceUntil: string | null; suspended: object | null;
      used: Record<string, number | null>;
    };
    webhooks: { list: { id: string; url: string; active: boolean; events: string[]; version: number; waiting: number }[] };
    leaving: { deletion: object | null };
    handle: (...request: unknown[]) => unknown;
  };
  files: { kept: Record<string, string>; loses: boolean };
}
const fake = async <T>(page: Page, play: (fake: Fake) => T): Promise<T> => {
  await page.waitForFunction('window.fake');
  return page.evaluate(`(${play.toString()})(window.fake)`);
};

test('the plan says what is used, and a smaller one is taken for the next period and called off', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/plan');
  await expect(id(page, 'plan')).toContainText('Starter');
  await expect(id(page, 'plan')).toContainText('€58.00 from');
  await expect(page.getByTestId('used').filter({ hasText: 'Products' })).toContainText('980 of 5\u2009000');
  await expect(page.getByRole('meter', { name: 'Members and invitations' })).toHaveAttribute('aria-valuenow', '80');
  await tabTo(page, 'choose-plan');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /^Free ·/ }).check();
  await expect(id(page, 'plan-sum')).toContainText('The subscription ends with the period that is paid for');
  await clean(page);
  await id(page, 'plan-form-submit').click();
  await expect(id(page, 'toasts')).toContainText('Your plan changes on');
  await expect(id(page, 'coming')).toContainText('Free from');
  await expect(id(page, 'coming'), 'what follows').toContainText('Products: 980 of 100');
  await clean(page);
  await id(page, 'stay').click();
  await expect(id(page, 'coming')).toHaveCount(0);
});

test('a larger plan holds at once, and its price is known before', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/plan');
  await id(page, 'choose-plan').click();
  await page.getByRole('radio', { name: /^Pro ·/ }).check();
  await field(page, 'seats-5').fill('many');
  await id(page, 'plan-form-submit').click();
  await expect(id(page, 'plan-form')).toContainText('A whole number up to 1000');
  await field(page, 'seats-5').fill('2');
  await expect(id(page, 'plan-sum')).toContainText('€228.00 a month');
  await page.keyboard.press('Enter');
  await expect(id(page, 'toasts')).toContainText('Your plan is Pro now');
  await expect(id(page, 'plan')).toContainText('2 × 5 members');
});

test('it is paid for on the provider’s page, and an answer that was lost opens one page', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await fake(page, ({ cloud }) => Object.assign(cloud.plan, { provider: 'stripe', choice: null, state: 'none' }));
  await go(page, 'settings/plan');
  await expect(page.getByTestId('portal')).toHaveCount(0);
  await id(page, 'choose-plan').click();
  await page.getByRole('radio', { name: /^Starter ·/ }).check();
  await fake(page, ({ files }) => (files.loses = true));
  await id(page, 'plan-form-submit').click();
  await expect(id(page, 'plan-form').getByRole('alert')).toContainText('does not answer');
  await id(page, 'plan-form-submit').click();
  await expect(id(page, 'browser-open')).toHaveAttribute('href', /^https:\/\/pay\.example\.com\/c\//);
  await clean(page);
  await fake(page, ({ cloud }) => Object.assign(cloud.plan, { choice: { plan: 'starter', add_ons: [] }, state: 'active' }));
  await id(page, 'browser-done').click();
  await expect(id(page, 'plan')).toContainText('Starter');
  await id(page, 'portal').click();
  await expect(id(page, 'browser-open')).toHaveAttribute('href', /^https:\/\/pay\.example\.com\/p\//);
});

test('what is overdue, too much or not theirs to change is said calmly', async ({ studio, page }) => {
  await studio('crowd=none');
  await fake(page, ({ cloud }) => {
    Object.assign(cloud.plan, { state: 'past_due', graceUntil: '2031-05-04T10:00:00Z', selfService: false });
    cloud.plan.used['seats'] = 12;
  });
  await go(page, 'settings/plan');
  await expect(id(page, 'past-due')).toContainText('The plan holds until 4 May 2031');
  await expect(id(page, 'over')).toContainText('Members and invitations: 12 of 10');
  await id(page, 'open-invoice').click();
  await expect(id(page, 'invoice-shown')).toContainText('Invoice 118');
  await page.keyboard.press('Escape');
  await expect(id(page, 'plan')).toContainText('Plans are changed by whoever runs this cloud');
  await expect(page.getByTestId('choose-plan')).toHaveCount(0);
  await clean(page);
});

test('an invoice is read, in its currency', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/plan');
  await page.getByRole('button', { name: 'Open invoice 118' }).press('Enter');
  await expect(id(page, 'invoice-shown')).toContainText('To be paid');
  await expect(id(page, 'invoice-total')).toContainText('€58.00');
  await expect(id(page, 'how-to-pay'), 'whom to ask').toContainText('Vitrine Hosting GmbH');
  await page.evaluate(() => Object.assign(window, { print: () => document.body.setAttribute('data-asked', 'print') }));
  await id(page, 'print-invoice').click();
  await expect(page.locator('body')).toHaveAttribute('data-asked', 'print');
  await page.emulateMedia({ media: 'print' });
  await expect(id(page, 'invoice-total')).toBeVisible();
  await expect(id(page, 'print-invoice'), 'paper has no buttons').toBeHidden();
  await page.emulateMedia({ media: 'screen' });
  await clean(page);
  await page.keyboard.press('Escape');
  await expect(id(page, 'invoice-shown')).toHaveCount(0);
});

test('whoever meets a limit reads its numbers and is led to the plan', async ({ studio, page }) => {
  await studio('crowd=none');
  await fake(page, ({ cloud }) => {
    const handle = cloud.handle.bind(cloud);
    const plan_limit = { limit: 'products', allowed: 5000, used: 5000 };
    cloud.handle = (...request) =>
      request[0] === 'POST' ? { status: 403, body: JSON.stringify({ status: 403, code: 'plan_limit', detail: 'no', plan_limit }), etag: null } : handle(...request);
  });
  await go(page, 'catalogue');
  await id(page, 'new-product').click();
  await field(page, 'title').fill('Belt');
  await field(page, 'url').fill('https://shop.example.com/belt');
  await field(page, 'price').fill('20');
  await field(page, 'stock').fill('3');
  await page.keyboard.press('Enter');
  await expect(id(page, 'product-form').getByRole('alert')).toContainText('Your plan has 5\u2009000 products, and 5\u2009000 are in use.');
  await clean(page);
  await id(page, 'way-out').click();
  await expect(page.getByRole('tab', { name: 'Plan and use' })).toHaveAttribute('aria-selected', 'true');
});

test('a suspended organisation reads why, on every screen', async ({ studio, page }) => {
  await studio('crowd=none', 1_000);
  await fake(page, ({ cloud }) => (cloud.plan.suspended = { at: '2026-11-01T10:00:00Z', reason: 'Please call us about the last show.' }));
  await expect(id(page, 'suspended')).toContainText('Please call us about the last show.');
  await go(page, 'catalogue');
  await expect(id(page, 'suspended')).toBeVisible();
  await clean(page);
});

test('a webhook is made by the keyboard; its secret is shown once and not lost by a slip', async ({ studio, page }) => {
  await studio('empty&crowd=none');
  await go(page, 'settings/webhooks');
  await tabTo(page, 'new-webhook');
  await page.keyboard.press('Enter');
  await expect(field(page, 'url')).toBeFocused();
  await page.keyboard.type('http://shop.example.com/hooks');
  await page.keyboard.press('Enter');
  await expect(id(page, 'webhook-form')).toContainText('starts with https://');
  await expect(id(page, 'webhook-form')).toContainText('Choose at least one thing');
  await field(page, 'url').fill('https://10.0.0.4/hooks');
  await page.getByRole('checkbox', { name: 'Orders', exact: true }).press('Space');
  await field(page, 'url').press('Enter');
  await expect(id(page, 'webhook-form')).toContainText('That address cannot be told');
  await clean(page);
  await field(page, 'url').fill('https://shop.example.com/hooks');
  await page.keyboard.press('Enter');
  await expect(id(page, 'webhook-secret')).toContainText('whsec_');
  await clean(page);
  await page.keyboard.press('Escape');
  await expect(id(page, 'discard')).toContainText('The secret was not copied');
  await id(page, 'discard-go').click();
  await expect(id(page, 'webhook')).toContainText('An order was recorded, An order was cancelled and 1 more');
  const [made] = await fake(page, ({ cloud }) => cloud.webhooks.list);
  expect(made!.events).toEqual(['order_recorded', 'order_cancelled', 'order_refunded']);
});

test('a webhook is tested, changed, and its messages are sent again', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/webhooks');
  await page.getByRole('button', { name: 'Open https://shop.example.com/hooks/vitrine' }).click();
  await expect(page.getByTestId('delivery')).toHaveCount(4);
  await expect(id(page, 'delivery')).toContainText('shop.example.com answered 503.');
  await clean(page);
  await id(page, 'test-webhook').click();
  await expect(id(page, 'delivery')).toContainText('A test');
  const lost = page.getByTestId('delivery').filter({ hasText: 'Given up' });
  await lost.getByTestId('send-again').click();
  await expect(lost).toHaveCount(0);
  await id(page, 'change-webhook').click();
  await page.getByRole('checkbox', { name: 'Stock moved' }).check();
  // A message was sent meanwhile: that is no change that anybody is asked about.
  await fake(page, ({ cloud }) => Object.assign(cloud.webhooks.list[0]!, { version: 5, waiting: 3 }));
  await id(page, 'webhook-form-submit').click();
  await expect(id(page, 'webhook-form')).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'What it is told' })).toContainText('Stock moved');
  await id(page, 'webhook-more').click();
  await page.getByRole('menuitem', { name: 'New secret…' }).click();
  await id(page, 'new-secret-confirm').click();
  await expect(id(page, 'webhook-secret')).toContainText('whsec_');
});

test('one that was switched off says why, and is switched on, off and deleted', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/webhooks');
  await page.getByRole('button', { name: 'Open https://books.example.com/in' }).click();
  await expect(id(page, 'webhook-off')).toContainText('took nothing for three days');
  await expect(id(page, 'test-webhook')).toBeDisabled();
  await id(page, 'switch-on').click();
  await expect(id(page, 'webhook-off')).toHaveCount(0);
  for (const [item, button] of [['Switch off', 'switch-off-confirm'], ['Delete', 'remove-webhook-confirm']] as const) {
    await id(page, 'webhook-more').click();
    await page.getByRole('menuitem', { name: item }).click();
    await clean(page);
    await id(page, button).click();
  }
  await expect(page.getByTestId('webhook')).toHaveCount(1);
});

test('the data is put together and saved', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/organization');
  await id(page, 'ask-export').click();
  await expect(id(page, 'export')).toContainText('The export is being made');
  await clean(page);
  await expect(id(page, 'export')).toContainText('18.4 MB, packed', { timeout: 8_000 });
  await id(page, 'save-export').click();
  await expect(id(page, 'toasts')).toContainText('Saved as vitrine-export.tar.gz');
});

test('the organisation is deleted only when it is meant, and stays when an owner takes that back', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'settings/organization');
  await id(page, 'delete-organization').click();
  await field(page, 'name').fill('Maison');
  await page.keyboard.press('Enter');
  await expect(id(page, 'deletion-form')).toContainText('That is not its name');
  await expect(id(page, 'deletion-form')).toContainText('Give your password');
  await field(page, 'name').fill('Maison Demo');
  await field(page, 'password').fill('nope');
  await page.keyboard.press('Enter');
  await expect(id(page, 'deletion-form')).toContainText('That is not your password.');
  expect(await fake(page, ({ cloud }) => cloud.leaving.deletion)).toBeNull();
  await clean(page);
  await field(page, 'password').fill('demo-owner-password');
  await page.keyboard.press('Enter');
  await expect(id(page, 'deletion-scheduled')).toContainText('Maison Demo is deleted on');
  await clean(page);
  await tabTo(page, 'take-back');
  await page.keyboard.press('Enter');
  await expect(id(page, 'delete-organization')).toBeVisible();
});

test('a whole list asks before many products leave the sale', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'catalogue/lists');
  await id(page, 'choose-list').click();
  await page.getByRole('radio', { name: 'Take them off the sale' }).check();
  await id(page, 'file-form-submit').click();
  await expect(id(page, 'missing')).toContainText('The list leaves 412 products out', { timeout: 12_000 });
  await clean(page);
  await id(page, 'confirm-missing').click();
  await expect(id(page, 'confirm-missing-dialog')).toContainText('Take 412 products off the sale?');
  await id(page, 'confirm-missing-dialog-confirm').click();
  await expect(page.getByTestId('missing')).toHaveCount(0);
  expect(await fake(page, ({ cloud }) => cloud.imports.list[0]!.counts)).toMatchObject({ hidden: 412, missing: 0 });
});

test('products are found by tag, taken off the sale and put back', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'catalogue');
  await expect(page.getByTestId('product').filter({ hasText: 'Merino scarf' })).toContainText('Not on sale');
  await id(page, 'filter-tag').press('Enter');
  await page.getByRole('menuitemradio', { name: 'summer' }).press('Enter');
  await expect(page.getByTestId('product')).toHaveCount(2);
  await clean(page);
  await page.getByRole('button', { name: 'Change Straw hat' }).click();
  await field(page, 'tags').fill('Sale, summer , sale');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('product').filter({ hasText: 'Straw hat' })).toContainText('sale');
  await page.getByRole('button', { name: 'Stock and prices of Straw hat' }).click();
  await id(page, 'take-off-sale').click();
  await expect(id(page, 'not-on-sale')).toContainText('Somebody took it off the sale');
  await clean(page);
  await id(page, 'put-on-sale').click();
  await expect(id(page, 'take-off-sale')).toBeVisible();
  expect(await fake(page, ({ cloud }) => cloud.products.at(-1))).toMatchObject({ on_sale: true, tags: ['sale', 'summer'] });
});

test('variants say what tells them apart, and what platforms call them', async ({ studio, page }) => {
  await studio('crowd=none');
  const cup = await fake(page, ({ cloud }) => cloud.products[2]!.id);
  await go(page, `catalogue/products/${cup}`);
  await expect(page.getByTestId('variant').nth(1)).toContainText('Colour: Sand · Size: 0.3 l');
  await expect(id(page, 'variant')).toContainText('shopify: 45210037');
  await clean(page);
});

test('an admin sees the plan and changes none of it; a host sees neither plan nor webhooks', async ({ studio, page }) => {
  await studio('as=admin&crowd=none');
  await go(page, 'settings/plan');
  await expect(id(page, 'plan')).toContainText('An owner can choose another plan.');
  await expect(page.getByTestId('choose-plan')).toHaveCount(0);
  await go(page, 'settings/organization');
  await expect(id(page, 'deletion')).toBeVisible();
  for (const name of ['ask-export', 'delete-organization']) await expect(page.getByTestId(name)).toHaveCount(0);
  await studio('as=host&crowd=none');
  await go(page, 'settings/plan');
  await expect(page.getByRole('tab')).toHaveCount(2);
});

test('what is empty says what to do, and what does not answer can be tried again', async ({ studio, page }) => {
  await studio('empty&crowd=none');
  for (const [at, words] of [['plan', 'No invoice was written yet'], ['webhooks', 'No server is told yet'], ['organization', 'No export was made yet']] as const) {
    await go(page, `settings/${at}`);
    await expect(page.getByText(words)).toBeVisible();
    await clean(page);
  }
  await studio('cloud=down&crowd=none');
  for (const at of ['settings/plan', 'settings/webhooks', 'settings/webhooks/w', 'settings/organization']) {
    await go(page, at);
    await expect(page.getByRole('button', { name: 'Try again' }).first(), at).toBeVisible();
  }
  await clean(page);
});

for (const [theme, width, height] of [['light', 1024, 700], ['dark', 1024, 700], ['dark', 1440, 900]] as const) {
  test(`no screen of it breaks a rule or leaves the window (${theme}, ${width})`, async ({ studio, page }) => {
    await page.setViewportSize({ width, height });
    await page.addInitScript((to) => localStorage.setItem('vitrine.theme', to), theme);
    await studio('crowd=none');
    const ids = await fake(page, ({ cloud }) => [cloud.webhooks.list[0]!.id, cloud.products[2]!.id, cloud.imports.list[0]!.id, cloud.products[4]!.id]);
    const screens = [
      'settings/plan', 'settings/webhooks', `settings/webhooks/${ids[0]}`, 'settings/organization', 'catalogue', `catalogue/products/${ids[1]}`,
      `catalogue/products/${ids[3]}`, `catalogue/lists/${ids[2]}`,
    ];
    for (const at of screens) {
      await go(page, at);
      await expect(page.getByRole('status', { name: 'Loading' }), at).toHaveCount(0);
      await clean(page);
      for (const part of ['main .content', '[role=tablist]']) {
        const fits = await page.locator(part).evaluate((one) => one.scrollWidth <= one.clientWidth);
        expect(fits, `${part} of ${at} is as wide as its place`).toBe(true);
      }
    }
  });
}
