// What a product is called in other languages and costs elsewhere: by pointer and by key, beside a colleague, and without a line.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const field = (page: Page, name: string) => page.locator(`dialog [name=${name}]`);
const open = async (page: Page) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Catalogue', exact: true }).click();
  await id(page, 'product-details').click();
  await expect(id(page, 'no-languages')).toBeVisible();
};
const shot = async (page: Page, name: string) => {
  if (process.env.VITRINE_SHOTS) await page.screenshot({ path: `${process.env.VITRINE_SHOTS}/${name}.png`, animations: 'disabled', fullPage: true });
};
const clean = async (page: Page) => {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0)).map((one) => one.finished)));
  expect(await breaches(page)).toEqual([]);
};

interface Price {
  currency: string;
  market: string | null;
  price_minor: number;
}
interface Fake {
  cloud: {
    products: { id: string; version: number; texts: Record<string, { title: string; description: string }>; variants: { prices: Price[] }[] }[];
    organization: { deeds: { actor_name: string; event: object }[] };
  };
}
const fake = <T>(page: Page, play: (fake: Fake) => T) => page.evaluate(`(${play.toString()})(window.fake)`) as Promise<T>;

test('a language is added, changed and removed, and nonsense is told in words', async ({ studio, page }) => {
  await studio('crowd=none');
  await open(page);
  await shot(page, 'locals-empty');
  await id(page, 'add-language').click();
  await field(page, 'language').fill('xx-<script>');
  await id(page, 'text-form-submit').click();
  await expect(id(page, 'text-form').getByText('Give a language by its tag')).toBeVisible();
  await expect(id(page, 'text-form').getByText('A product needs a name')).toBeVisible();
  await field(page, 'language').fill('de_at');
  await expect(id(page, 'text-form').getByText('Austrian German')).toBeVisible();
  await field(page, 'title').fill('Leinenhemd');
  await field(page, 'description').fill('Gewaschenes Leinen, in Wien genäht.');
  await shot(page, 'locals-text');
  await clean(page);
  await id(page, 'text-form-submit').click();
  await expect(id(page, 'text-form')).toHaveCount(0);
  await expect(id(page, 'language')).toContainText('Leinenhemd');
  expect(await fake(page, ({ cloud }) => Object.keys(cloud.products[0]!.texts))).toEqual(['de-AT']);
  await id(page, 'add-language').click();
  await field(page, 'language').fill('de-AT');
  await id(page, 'text-form-submit').click();
  await expect(id(page, 'text-form').getByText('is there already')).toBeVisible();
  await field(page, 'language').fill('');
  await page.keyboard.press('Escape');
  await expect(id(page, 'text-form')).toHaveCount(0);
  await id(page, 'remove-language').click();
  await id(page, 'remove-language-dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(id(page, 'no-languages')).toBeVisible();
});

test('prices are added by the keyboard, changed and removed', async ({ studio, page }) => {
  await studio('crowd=none');
  await open(page);
  await id(page, 'add-price').focus();
  await page.keyboard.press('Enter');
  await expect(field(page, 'currency')).toBeFocused();
  await page.keyboard.type('eur');
  await page.keyboard.press('Enter');
  await expect(id(page, 'price-form').getByText('the product’s own price')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.type('zz');
  await expect(id(page, 'price-form').getByText('Two letters of a country')).toBeVisible();
  await field(page, 'market').fill('at');
  await expect(id(page, 'price-form').getByRole('paragraph').filter({ hasText: 'Austria' })).toBeVisible();
  expect(await page.locator('dialog datalist option[value=AT]').count(), 'it can be chosen by its name').toBe(1);
  await page.keyboard.press('Tab');
  await page.keyboard.type('45.50');
  await page.keyboard.press('Tab');
  await page.keyboard.type('69');
  await shot(page, 'locals-price');
  await clean(page);
  await page.keyboard.press('Enter');
  await expect(id(page, 'market-price')).toContainText('Austria');
  await expect(id(page, 'market-price')).toContainText('€45.50');
  for (const [currency, price] of [['CHF', '55'], ['JPY', '8200']] as const) {
    await id(page, 'add-price').click();
    await field(page, 'currency').fill(currency);
    await field(page, 'price').fill(price);
    await id(page, 'price-form-submit').click();
    await expect(id(page, 'price-form')).toHaveCount(0);
  }
  await expect(page.getByTestId('market-price')).toHaveCount(3);
  await shot(page, 'locals-prices');
  await clean(page);
  await page.getByRole('button', { name: 'Change CHF, Everywhere' }).click();
  await field(page, 'price').fill('52.5');
  await page.keyboard.press('Enter');
  await expect(id(page, 'price-form')).toHaveCount(0);
  await page.getByRole('button', { name: 'Remove JPY, Everywhere' }).click();
  await id(page, 'remove-price-dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByTestId('market-price')).toHaveCount(2);
  const kept = await fake(page, ({ cloud }) => cloud.products[0]!.variants[0]!.prices.map(({ currency, market, price_minor }) => [currency, market, price_minor]));
  expect(kept.sort()).toEqual([['CHF', null, 5250], ['EUR', 'AT', 4550]]);
});

test('prices that a colleague set meanwhile are shown before they are written over', async ({ studio, page }) => {
  await studio('crowd=none');
  await open(page);
  await id(page, 'add-price').click();
  await field(page, 'currency').fill('CHF');
  await field(page, 'price').fill('55');
  await fake(page, ({ cloud }) => {
    const [shirt] = cloud.products;
    shirt!.variants[0]!.prices = [{ currency: 'USD', market: 'US', price_minor: 5900, compare_at_minor: null, prior_price_minor: null } as never];
    shirt!.version += 1;
    cloud.organization.deeds.unshift({ ...cloud.organization.deeds[0]!, actor_name: 'Mo Adeyemi', event: { kind: 'product_changed', product: shirt!.id } });
  });
  await id(page, 'price-form-submit').click();
  await expect(id(page, 'stale')).toContainText('Mo Adeyemi');
  await expect(id(page, 'stale')).toContainText('USD/US');
  await shot(page, 'locals-stale');
  await clean(page);
  await id(page, 'stale-keep').click();
  await expect(id(page, 'price-form')).toHaveCount(0);
  await expect(page.getByTestId('market-price')).toHaveCount(2);
});

test('what is sold meanwhile is no change that anybody is asked about', async ({ studio, page }) => {
  await studio('crowd=none');
  await open(page);
  await id(page, 'add-language').click();
  await field(page, 'language').fill('fr');
  await field(page, 'title').fill('Chemise en lin');
  await fake(page, ({ cloud }) => void (cloud.products[0]!.version += 1));
  await id(page, 'text-form-submit').click();
  await expect(id(page, 'language')).toContainText('Chemise en lin');
});
