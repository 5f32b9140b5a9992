// A long catalogue is found one's way in, and a product comes in several forms.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const field = (page: Page, name: string) => page.locator(`dialog [name=${name}]`);
const go = async (page: Page, to: string) => {
  await page.getByRole('navigation').waitFor();
  await page.evaluate((at) => (location.hash = `#/${at}`), to);
};
const product = (page: Page, title: string) => page.getByTestId('product').filter({ hasText: title });
interface Product {
  id: string; title: string; stock: number; price_minor: number; compare_at_minor: number | null; options: string[];
  variants: { id: string; title: string; sku: string; stock: number; price_minor: number; prior_price_minor: number | null; options: object }[];
}
interface Fake {
  cloud: { products: Product[] };
  cloudAway: (away: boolean) => void;
}
const fake = <T>(page: Page, play: (fake: Fake) => T) => page.evaluate(`(${play.toString()})(window.fake)`) as Promise<T>;
const clean = async (page: Page) => expect(await breaches(page)).toEqual([]);

/** A catalogue of some hundreds. */
const many = (page: Page) =>
  fake(page, ({ cloud }) => {
    const [first] = cloud.products;
    for (let n = 1; n <= 240; n++) cloud.products.push({ ...first!, id: `many-${n}`, title: `Poster ${n}` });
  });

test('products are found by words and by a tag', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await many(page);
  await go(page, 'catalogue');
  await page.locator('[name=find-product]').fill('poster 24');
  await expect(page.getByTestId('product')).toHaveCount(2); // 24 and 240
  await page.locator('[name=find-product]').fill('sofa');
  await expect(page.getByText('Nothing in the catalogue matches “sofa”')).toBeVisible();
  await expect(page.locator('[name=find-product]'), 'and one types on').toBeFocused();
  await clean(page);
  await id(page, 'show-all').click();
  await expect(product(page, 'Linen shirt')).toHaveCount(1);
  await id(page, 'filter-tag').click();
  await page.getByRole('menuitemradio', { name: 'winter' }).click();
  await expect(page.getByTestId('product')).toHaveCount(1);
  await page.locator('[name=find-product]').fill('straw');
  await expect(product(page, 'Straw hat'), 'words are not sought among the tag alone').toHaveCount(1);
  await expect(id(page, 'filter-tag')).toContainText('All tags');
});

test('who comes back from a product is where they were, and sees what changed', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await many(page);
  await go(page, 'catalogue');
  await id(page, 'more').click();
  await expect(page.getByTestId('product')).toHaveCount(200);
  await product(page, 'Poster 180').getByTestId('product-details').click();
  await expect(page.getByRole('heading', { name: 'Poster 180' })).toBeVisible();
  await fake(page, ({ cloud }) => (cloud.products.find(({ title }) => title === 'Poster 180')!.stock = 3));
  await id(page, 'back').click();
  await expect(page.getByTestId('product'), 'what was loaded stays').toHaveCount(200);
  await expect(product(page, 'Poster 180')).toBeInViewport();
  await expect(product(page, 'Poster 180')).toContainText('3 left');
});

test('a product gets variants with options, they are renamed, and one is taken away with its pieces', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await go(page, 'catalogue');
  await page.getByRole('button', { name: 'Change Straw hat' }).click();
  await id(page, 'begin-variants').click();
  await id(page, 'product-form-submit').click();
  await expect(id(page, 'variants-form').getByText('A variant needs a name').first()).toBeVisible();
  await field(page, 'options').fill('Size');
  const rows = page.getByTestId('variant-row');
  await rows.nth(0).getByLabel('Size').fill('S');
  await rows.nth(1).getByLabel('Size').fill('s');
  await expect(id(page, 'variants-form').getByText('Another variant is the same').first()).toBeVisible();
  await rows.nth(1).getByLabel('Size').fill('L');
  await rows.nth(1).getByLabel('Price').fill('42');
  await rows.nth(1).getByLabel('In stock').fill('9');
  await clean(page);
  await id(page, 'product-form-submit').click();
  await expect(page.getByTestId('product-form')).toHaveCount(0);
  const hat = () => fake(page, ({ cloud }) => cloud.products.find(({ title }) => title === 'Straw hat')!);
  expect(await hat()).toMatchObject({
    options: ['Size'], stock: 69,
    variants: [{ title: 'S', stock: 60, price_minor: 3900 }, { title: 'L', stock: 9, price_minor: 4200 }],
  });

  await page.getByRole('button', { name: 'Change Straw hat' }).click();
  await rows.nth(1).getByLabel('Size').fill('XL');
  await page.getByRole('button', { name: 'Remove S' }).click();
  await expect(id(page, 'variant-gone')).toContainText('S is removed with what you save, and its 60 pieces with it.');
  await clean(page);
  await id(page, 'product-form-submit').click();
  await expect(page.getByTestId('product-form')).toHaveCount(0);
  expect(await hat()).toMatchObject({ stock: 9, variants: [{ title: 'XL', stock: 9 }] });
});

test('a new product is made in several forms at once', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await go(page, 'catalogue');
  await id(page, 'new-product').click();
  for (const [name, text] of Object.entries({ title: 'Bowl', url: 'https://x.example/bowl', price: '18', stock: '5' })) await field(page, name).fill(text);
  await id(page, 'begin-variants').click();
  const rows = page.getByTestId('variant-row');
  await rows.nth(0).getByLabel('Name').fill('Small');
  await rows.nth(1).getByLabel('Name').fill('Large');
  await rows.nth(1).getByLabel('In stock').fill('2');
  await id(page, 'product-form-submit').click();
  await expect(product(page, 'Bowl')).toContainText('7');
  expect((await fake(page, ({ cloud }) => cloud.products.at(-1)!)).variants.map(({ title, stock, price_minor }) => [title, stock, price_minor])).toEqual([
    ['Small', 5, 1800],
    ['Large', 2, 1800],
  ]);
});

test('a variant that a colleague made meanwhile is not lost', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await go(page, 'catalogue');
  await page.getByRole('button', { name: 'Change Stoneware cup' }).click();
  await page.getByTestId('variant-row').nth(0).getByLabel('Price').fill('21');
  await fake(page, ({ cloud }) => {
    const cup = cloud.products.find(({ title }) => title === 'Stoneware cup')! as Product & { version: number };
    cup.variants.push({ ...cup.variants[0]!, id: 'blue', title: 'Blue', sku: 'CUP-BLUE', options: { Colour: 'Blue', Size: '0.3 l' } });
    cup.version += 1;
  });
  await id(page, 'product-form-submit').click();
  await expect(id(page, 'stale')).toContainText('Variants: Grey, Sand → Grey, Sand, Blue');
  await id(page, 'stale-keep').click();
  await expect(page.getByTestId('product-form')).toHaveCount(0);
  const cup = await fake(page, ({ cloud }) => cloud.products.find(({ title }) => title === 'Stoneware cup')!);
  expect(cup.variants.map(({ title, price_minor }) => [title, price_minor])).toEqual([['Grey', 2100], ['Sand', 1850], ['Blue', 1850]]);
});

test('no price is struck out that the shop page does not strike', async ({ studio, page }) => {
  await studio('crowd=none');
  await fake(page, ({ cloud }) => {
    // Announced as reduced, and never dearer: in another currency, say.
    const [shirt] = cloud.products;
    Object.assign(shirt!, { compare_at_minor: 9900 });
    shirt!.variants[0]!.prior_price_minor = shirt!.price_minor;
  });
  await go(page, 'catalogue');
  await expect(product(page, 'Linen shirt')).toContainText('€49.00');
  await expect(product(page, 'Linen shirt').locator('s')).toHaveCount(0);
  await expect(product(page, 'Cedar candle').locator('s')).toHaveText('€29.00');
  await go(page, 'shows');
  await page.getByTestId('show').filter({ hasText: 'Autumn drop' }).click();
  await expect(page.getByText('€49.00')).toBeVisible();
  await expect(page.locator('.detail s')).toHaveText(['€29.00']);
});

test('the empty catalogue can be filled from a list', async ({ studio, page }) => {
  await studio('empty&crowd=none');
  await go(page, 'catalogue');
  await id(page, 'empty-import').click();
  await expect(id(page, 'choose-list')).toBeVisible();
});

test('an import says loudly what is sold out for want of a count', async ({ studio, page }) => {
  await studio('crowd=none');
  await go(page, 'catalogue/lists');
  await expect(page.getByTestId('import').last()).toContainText('12 sold out: not counted');
  await page.getByTestId('import').last().getByRole('button').click();
  await expect(id(page, 'uncounted')).toContainText('12 new products have no count and are sold out');
  await expect(id(page, 'untracked')).toContainText('1 new product is sold without a count');
  await expect(page.getByText('Nothing is wrong')).toHaveCount(0);
  await clean(page);
  await id(page, 'to-products').click();
  await expect(product(page, 'Linen shirt')).toBeVisible();
});

test('a page whose cloud did not answer fills by itself when it is back', async ({ studio, page }) => {
  await page.clock.install();
  await studio('cloud=down&crowd=none');
  await go(page, 'settings/account');
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(1);
  await expect(page.getByText('It is asked again by itself')).toBeVisible();
  await clean(page);
  await fake(page, ({ cloudAway }) => cloudAway(false));
  await page.clock.fastForward(4_500);
  await expect(id(page, 'address')).toContainText('@demo.example');
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
});

test('a role that opens no screen is told whom to ask', async ({ studio, page }) => {
  await studio('as=custom&crowd=none');
  await expect(id(page, 'sees-nothing')).toContainText('Ask whoever manages the team of Maison Demo');
  await clean(page);
});
