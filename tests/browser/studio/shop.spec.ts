// What a shop sells and what it sold: told by pointer and by key, with what a colleague changes meanwhile and with lost answers.
import type { Page } from '@playwright/test';
import { breaches } from '../axe.ts';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();
const field = (page: Page, name: string) => page.locator(`dialog [name=${name}]`);
const catalogue = async (page: Page, part = 'Products') => {
  await place(page, 'Catalogue');
  await tab(page, part);
};
const settings = async (page: Page, part: string) => {
  await place(page, 'Settings');
  await tab(page, part);
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
const clean = async (page: Page) => {
  await atRest(page);
  expect(await breaches(page)).toEqual([]);
};
/** A picture of the whole window, where somebody wants to look. */
const shot = async (page: Page, name: string) => {
  const { VITRINE_SHOTS } = process.env;
  if (VITRINE_SHOTS) await page.screenshot({ path: `${VITRINE_SHOTS}/${name}.png` });
};
/** How the fake cloud is played by a colleague. */
interface Fake {
  cloud: {
    products: { id: string; title: string; price_minor: number; stock: number; version: number; pictures: { id: string; alt: string }[]; variants: { stock: number }[] }[];
    coupons: { title: string; version: number }[];
    shows: { title: string; version: number }[];
    orders: { id: string; source: string }[];
    imports: { list: { id: string; options: object }[] };
    organization: { view: { version: number; settings: object }; deeds: { actor_name: string; event: object }[] };
  };
  files: { list: object | null; loses: boolean; tenthMs: number; kept: Record<string, string> };
}
const fake = <T>(page: Page, play: (fake: Fake) => T) => page.evaluate(`(${play.toString()})(window.fake)`) as Promise<T>;

test('a product that a colleague changed is shown before it is written over, and nothing typed is lost', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await catalogue(page);
  await page.getByRole('button', { name: 'Change Linen shirt' }).click();
  await field(page, 'description').fill('Washed linen');
  await fake(page, ({ cloud }) => {
    const [shirt] = cloud.products;
    Object.assign(shirt!, { title: 'Linen blouse', price_minor: 4500, version: shirt!.version + 1 });
    cloud.organization.deeds.unshift({ ...cloud.organization.deeds[0]!, actor_name: 'Mo Adeyemi', event: { kind: 'product_changed', product: shirt!.id } });
  });
  await id(page, 'product-form-submit').click();
  await expect(id(page, 'stale')).toContainText('Mo Adeyemi changed this product a moment ago');
  await expect(id(page, 'stale')).toContainText('Price: 49.00 → 45.00');
  await expect(field(page, 'description')).toHaveValue('Washed linen');
  await clean(page);
  await id(page, 'stale-keep').click();
  await expect(id(page, 'product-form')).toHaveCount(0);
  const shirt = await fake(page, ({ cloud }) => cloud.products[0]!);
  expect(shirt, 'what was not touched stays theirs').toMatchObject({ title: 'Linen blouse', price_minor: 4500, description: 'Washed linen' });
});

test('what was sold meanwhile is no change that anybody is asked about', async ({ studio, page }) => {
  await studio('crowd=none');
  await catalogue(page);
  await page.getByRole('button', { name: 'Change Linen shirt' }).click();
  await field(page, 'price').fill('52');
  await fake(page, ({ cloud }) => {
    const [shirt] = cloud.products;
    Object.assign(shirt!, { stock: shirt!.stock - 1, version: shirt!.version + 1 });
    shirt!.variants[0]!.stock -= 1;
  });
  await page.keyboard.press('Enter');
  await expect(id(page, 'product-form')).toHaveCount(0);
  await expect(page.getByTestId('product').first()).toContainText('€52.00');
});

test('stock is moved by the keyboard, and an answer that was lost moves it once', async ({ studio, page }) => {
  await studio('crowd=none');
  await catalogue(page);
  await tabTo(page, 'product-details');
  await page.keyboard.press('Enter');
  const before = await fake(page, ({ cloud }) => cloud.products[0]!.stock);
  await tabTo(page, 'move-stock');
  await page.keyboard.press('Enter');
  await expect(field(page, 'pieces')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(id(page, 'stock-form').getByText('Give a whole number that is not 0')).toBeVisible();
  await page.keyboard.type('12');
  await fake(page, ({ files }) => (files.loses = true));
  await page.keyboard.press('Enter');
  await expect(id(page, 'stock-form').getByRole('alert')).toContainText('does not answer');
  await field(page, 'pieces').focus();
  await page.keyboard.press('Enter');
  await expect(id(page, 'stock-form')).toHaveCount(0);
  expect(await fake(page, ({ cloud }) => cloud.products[0]!.stock)).toBe(before + 12);
  await expect(page.getByTestId('stock-move').first()).toContainText('Delivery received');
  await expect(page.getByTestId('stock-move').first()).toContainText('+12');
  await expect(page.getByTestId('price-change').first()).toContainText('Reduced');
  await clean(page);
});

/** A file as somebody chooses or drops it: a picture of one colour. */
async function pictureFile(page: Page, name: string, colour: string) {
  const url = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const pen = canvas.getContext('2d')!;
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 64, 64);
    return canvas.toDataURL('image/png');
  }, colour);
  return { name, mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1]!, 'base64') };
}

test('pictures of a product are added, told, moved by key and pointer, and removed', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await catalogue(page);
  await id(page, 'product-details').click();
  const tiles = page.getByTestId('picture');
  const order = () => fake(page, ({ cloud }) => cloud.products[0]!.pictures.map((one) => one.id));
  await expect(tiles).toHaveCount(3);
  await expect(tiles.first()).toContainText('Main');
  await expect(tiles.first().getByRole('img')).toHaveAttribute('alt', 'The shirt in sand, from the front');
  const [a, b, c] = await order();
  await shot(page, 'pictures');

  await tiles.nth(2).getByRole('button', { name: /Hold picture 3/ }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(order).toEqual([a, c, b]);
  await expect(tiles.nth(1).getByRole('button', { name: /Hold picture 2/ })).toBeFocused();
  const [from, to] = [await tiles.nth(1).locator('.grip').boundingBox(), await tiles.first().boundingBox()];
  await page.mouse.move(from!.x + 10, from!.y + 10);
  await page.mouse.down();
  await page.mouse.move(to!.x + 70, to!.y + 70, { steps: 6 });
  await page.mouse.up();
  await expect.poll(order).toEqual([c, a, b]);

  await tiles.first().getByTestId('picture-alt').fill('From behind');
  await page.keyboard.press('Enter');
  await expect.poll(() => fake(page, ({ cloud }) => cloud.products[0]!.pictures[0]!.alt)).toBe('From behind');

  await page.getByTestId('pictures-file').setInputFiles([await pictureFile(page, 'red.png', 'red'), { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('hello') }]);
  await expect(tiles).toHaveCount(4);
  await expect(id(page, 'pictures').getByRole('alert')).toContainText('“notes.png” is no picture');
  const dropped = await page.evaluateHandle(({ name, bytes }) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], name, { type: 'image/png' }));
    return data;
  }, await pictureFile(page, 'blue.png', 'blue').then(({ name, buffer }) => ({ name, bytes: [...buffer] })));
  await id(page, 'pictures').dispatchEvent('drop', { dataTransfer: dropped });
  await expect(tiles).toHaveCount(5);

  await fake(page, ({ files }) => (files.loses = true));
  await page.getByTestId('pictures-file').setInputFiles([await pictureFile(page, 'green.png', 'green')]);
  await expect(id(page, 'pictures-problem')).toBeVisible();
  await id(page, 'pictures-again').click();
  await expect(tiles).toHaveCount(6);
  await expect(id(page, 'pictures-problem')).toHaveCount(0);

  await tiles.last().getByRole('button', { name: 'Remove picture' }).click();
  await id(page, 'remove-picture-dialog').getByRole('button', { name: 'Remove picture' }).click();
  await expect(tiles).toHaveCount(5);
  await shot(page, 'pictures-more');
  await fake(page, ({ cloud }) => void Object.assign(cloud.products[0]!, { pictures: [], version: cloud.products[0]!.version + 1 }));
  await tiles.first().locator('.grip').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tiles).toHaveCount(0);
  await expect(id(page, 'add-picture')).toBeVisible();
  await shot(page, 'pictures-none');
  await clean(page);
});

test('a count meets another count and asks', async ({ studio, page }) => {
  await studio('crowd=none');
  await catalogue(page);
  await id(page, 'product-details').click();
  await id(page, 'move-stock').click();
  await page.getByRole('radio', { name: 'Counted' }).check();
  await field(page, 'shelf').fill('200');
  await fake(page, ({ cloud }) => {
    const [shirt] = cloud.products;
    shirt!.variants[0]!.stock = 190;
    shirt!.version += 1;
  });
  await page.keyboard.press('Enter');
  await expect(id(page, 'stale')).toContainText('→ 190');
  await id(page, 'stale-keep').click();
  await expect(id(page, 'stock-form')).toHaveCount(0);
  await expect(page.getByTestId('variant').first()).toContainText('200');
});

test('a coupon is made with its terms, changed beside a colleague, and ended', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await catalogue(page, 'Coupons');
  await id(page, 'new-coupon').click();
  await field(page, 'code').fill('autumn5');
  await page.getByRole('radio', { name: 'Amount' }).check();
  await field(page, 'amount').fill('5');
  await field(page, 'quota').fill('100');
  await field(page, 'from-day').fill('1 Feb 2030');
  await field(page, 'until-day').fill('1 Jan 2030');
  await page.getByRole('radio', { name: 'Only these' }).check();
  await id(page, 'coupon-form-submit').click();
  await expect(id(page, 'coupon-form').getByText('end after it begins')).toBeVisible();
  await expect(id(page, 'coupon-form').getByText('Choose at least one product')).toBeVisible();
  await field(page, 'until-day').fill('1 Mar 2030');
  await page.getByRole('checkbox', { name: 'Straw hat' }).check();
  await clean(page);
  await id(page, 'coupon-form-submit').click();
  const made = page.getByTestId('coupon').filter({ hasText: 'AUTUMN5' });
  await expect(made).toContainText('€5.00 off');
  await expect(made).toContainText('1 product');
  await expect(made).toContainText('0 of 100');
  await expect(made).toContainText('Not yet');

  const live = page.getByTestId('coupon').filter({ hasText: 'LIVE10' });
  await live.getByTestId('coupon-more').click();
  await page.getByRole('menuitem', { name: 'Change' }).click();
  await field(page, 'percent').fill('15');
  await fake(page, ({ cloud }) => Object.assign(cloud.coupons[0]!, { title: 'For our guests', version: 7 }));
  await id(page, 'coupon-form-submit').click();
  await expect(id(page, 'stale')).toContainText('For our guests');
  await id(page, 'stale-keep').click();
  await expect(live).toContainText('15 % off');
  await expect(live).toContainText('For our guests');
  await live.getByTestId('coupon-more').click();
  await page.getByRole('menuitem', { name: 'End' }).click();
  await id(page, 'end-coupon-dialog-confirm').click();
  await expect(live).toContainText('Ended');
  await expect(live.getByTestId('coupon-more')).toHaveCount(0);
  await clean(page);
});

test('a list is looked at, imported, and its report is filtered and kept', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await catalogue(page, 'Import and export');
  await id(page, 'choose-list').click();
  await expect(id(page, 'columns').getByRole('row', { name: /^link/ })).toContainText('Page in the shop');
  await field(page, 'source').fill('');
  await id(page, 'file-form-submit').click();
  await expect(id(page, 'file-form').getByText('Give the list a name')).toBeVisible();
  await field(page, 'source').fill('spring');
  await clean(page);
  await page.keyboard.press('Enter');
  await expect(id(page, 'import-state')).toContainText('1\u2009240 rows read', { timeout: 15_000 });
  await expect(page.getByTestId('problem')).toHaveCount(4);
  await page.locator('[name=search]').fill('12,50');
  await expect(page.getByTestId('problem')).toHaveCount(1);
  await page.locator('[name=search]').fill('');
  await page.locator('[name=field]').selectOption('link');
  await expect(page.getByTestId('problem')).toHaveCount(1);
  await id(page, 'save-problems').click();
  await expect(id(page, 'toasts')).toContainText('Saved as import-problems.csv');
  expect(await fake(page, ({ files }) => files.kept['import-problems.csv'])).toContain('17,link,"The page is missing.');
  await clean(page);
  await id(page, 'back').click();
  await expect(page.getByTestId('import').first()).toContainText('spring');
  await id(page, 'export-csv').click();
  await expect(id(page, 'toasts')).toContainText('Saved as products.csv');
});

test('a long list goes out beside whatever else is done, and is stopped', async ({ studio, page }) => {
  await studio('crowd=none');
  await catalogue(page, 'Import and export');
  await fake(page, ({ files }) => (files.tenthMs = 1_000));
  await id(page, 'choose-list').click();
  await id(page, 'file-form-submit').click();
  await expect(page.getByTestId('file-form')).toHaveCount(0);
  await expect(id(page, 'sending')).toContainText('spring.csv is on its way');
  await tab(page, 'Products');
  await expect(page.getByText('Linen shirt').first()).toBeVisible();
  await tab(page, 'Import and export');
  await expect(id(page, 'choose-list')).toBeDisabled();
  await clean(page);
  await id(page, 'stop-list').click();
  await expect(page.getByTestId('sending')).toHaveCount(0);
  await expect(id(page, 'choose-list')).toBeEnabled();
});

test('a list of words for another country is told from one of products', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await catalogue(page, 'Import and export');
  await fake(page, ({ files }) => (files.list = { name: 'fr.csv', sizeBytes: 90, head: 'id;title\n1;Chapeau\n' }));
  await id(page, 'choose-list').click();
  await id(page, 'list-kind').getByRole('radio', { name: /^Words or prices/ }).check();
  await expect(id(page, 'missing-rule')).toHaveCount(0);
  await id(page, 'file-form-submit').click();
  await expect(id(page, 'file-form').getByText('give it a name of its own')).toBeVisible();
  await field(page, 'source').fill('feed-fr');
  await field(page, 'language').fill('fr');
  await field(page, 'market').fill('fr');
  await expect(id(page, 'file-form').getByRole('paragraph').filter({ hasText: 'France' })).toBeVisible();
  await shot(page, 'list-adds');
  await clean(page);
  await id(page, 'file-form-submit').click();
  await expect(id(page, 'import-state')).toBeVisible();
  const { options } = await fake(page, ({ cloud }) => cloud.imports.list[0]!);
  expect(options).toEqual({ currency: 'EUR', adds_to: 'main', language: 'fr', market: 'FR' });
});

test('a list without prices says so, and nobody who chose no file is asked anything', async ({ studio, page }) => {
  await studio('crowd=none');
  await catalogue(page, 'Import and export');
  await fake(page, ({ files }) => (files.list = null));
  await id(page, 'choose-list').click();
  await expect(page.getByTestId('file-form')).toHaveCount(0);
  await fake(page, ({ files }) => (files.list = { name: 'stock.csv', sizeBytes: 90, head: 'sku;title\n1;Hat\n' }));
  await id(page, 'choose-list').click();
  await expect(id(page, 'file-form')).toContainText('The first line names no price');
});

test('an address is fetched again and again, refused when it is none of the internet, and stopped', async ({ studio, page }) => {
  await studio('crowd=none');
  await catalogue(page, 'Import and export');
  await id(page, 'from-address').click();
  await field(page, 'address').fill('http://192.168.0.1/feed.xml');
  await field(page, 'source').fill('supplier');
  await field(page, 'every').selectOption({ label: 'Every day' });
  await page.keyboard.press('Enter');
  await id(page, 'address-form-submit').click();
  await expect(id(page, 'address-form').getByText('That address cannot be fetched')).toBeVisible();
  await expect(field(page, 'address')).toHaveAttribute('aria-invalid', 'true');
  await field(page, 'address').fill('https://supplier.example.com/feed.xml');
  await id(page, 'address-form-submit').click();
  const kept = page.getByTestId('import-address').filter({ hasText: 'supplier' });
  await expect(kept).toContainText('Every day');
  await kept.getByTestId('address-more').click();
  await page.getByRole('menuitem', { name: 'Change' }).click();
  await expect(field(page, 'currency')).toBeVisible();
  await expect(field(page, 'source'), 'under another name all would be made twice').toHaveCount(0);
  await page.keyboard.press('Escape');
  await kept.getByTestId('address-more').click();
  await page.getByRole('menuitem', { name: 'Stop fetching' }).click();
  await id(page, 'remove-address-dialog-confirm').click();
  await expect(kept).toHaveCount(0);
  await id(page, 'fetch-now').click();
  await expect(id(page, 'import-state')).toBeVisible();
});

test('orders are narrowed to those that need a look, and each says what to do', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await fake(page, ({ cloud }) => (cloud.orders[5]!.source = 'market'));
  await place(page, 'Orders');
  await expect(page.getByTestId('order')).toHaveCount(6);
  await id(page, 'filter-flag').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('order')).toHaveCount(1);
  await expect(page.getByTestId('order')).toContainText('Unknown code');
  await page.getByRole('button', { name: 'Open order S-10481' }).click();
  await expect(page.getByTestId('flag')).toHaveCount(2);
  await expect(page.getByTestId('flag').last()).toContainText('“SUMMER25”');
  await clean(page);
  await id(page, 'back').click();
  await id(page, 'clear-filters').click();
  await id(page, 'filter-source').click();
  await page.getByRole('menuitemradio', { name: 'market' }).click();
  await expect(page.getByTestId('order')).toHaveCount(1);
  await page.locator('[name=reference]').fill('nothing');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing fits what you chose')).toBeVisible();
});

test('a part of an order is paid back and the rest called off, each once', async ({ studio, page }) => {
  await studio('crowd=none');
  await place(page, 'Orders');
  await page.getByRole('button', { name: 'Open order S-10483' }).click();
  await tabTo(page, 'refund');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'A part' }).check();
  await field(page, 'amount').fill('100');
  await id(page, 'refund-form-submit').click();
  await expect(id(page, 'refund-form').getByText('Give an amount up to €48.00')).toBeVisible();
  await field(page, 'amount').fill('24');
  await field(page, 'back-0').fill('1');
  await fake(page, ({ files }) => (files.loses = true));
  await id(page, 'refund-form-submit').click();
  await expect(id(page, 'refund-form').getByRole('alert')).toContainText('does not answer');
  await clean(page);
  await id(page, 'refund-form-submit').click();
  await expect(page.getByTestId('order-change')).toHaveCount(1);
  await expect(page.getByTestId('order-change')).toContainText('1 piece went back into stock');
  await id(page, 'cancel').click();
  await expect(id(page, 'cancel-form')).toContainText('All of €24.00');
  await id(page, 'cancel-form-submit').click();
  await expect(page.getByTestId('order-change')).toHaveCount(2);
  for (const name of ['refund', 'cancel']) await expect(page.getByTestId(name)).toHaveCount(0);
});

test('settings say what is wrong, meet a colleague’s, and are kept', async ({ studio, page }) => {
  await studio('crowd=none', 20);
  await settings(page, 'Organisation');
  await expect(page.getByTestId('save-organization'), 'nothing to save').toHaveCount(0);
  await page.locator('[name=origins]').fill('shop.example.com');
  await id(page, 'save-organization').click();
  await expect(page.getByText('“shop.example.com” is no address of a site')).toBeVisible();
  await page.locator('[name=origins]').fill('https://shop.example.com\nhttps://*.maison.example');
  await page.locator('[name=zone]').selectOption('Asia/Tokyo');
  await fake(page, ({ cloud: { organization } }) => {
    organization.view = { ...organization.view, version: 9, settings: { ...organization.view.settings, currency: 'CHF' } };
  });
  await id(page, 'save-organization').click();
  await expect(id(page, 'stale')).toContainText('EUR → CHF');
  await clean(page);
  await id(page, 'stale-keep').click();
  await expect(id(page, 'toasts')).toContainText('The settings were saved');
  await expect(page.locator('[name=currency]')).toHaveValue('CHF');
  await expect(page.locator('[name=zone]')).toHaveValue('Asia/Tokyo');
  await settings(page, 'Activity');
  await expect(page.getByTestId('deed')).toHaveCount(50);
  await id(page, 'more').click();
  await expect(page.getByTestId('deed')).toHaveCount(70);
  await id(page, 'filter-who').click();
  await page.getByRole('menuitemradio', { name: 'Elif Kaya' }).click();
  await expect(page.getByTestId('deed')).toHaveCount(2);
  await clean(page);
});

test('work that failed says why and is tried again', async ({ studio, page }) => {
  await studio('crowd=none');
  await settings(page, 'Failed work');
  await expect(page.getByTestId('failed-work')).toHaveCount(3);
  await page.getByRole('button', { name: 'Try again: Import of “google”' }).click();
  await expect(page.getByTestId('failed-work')).toHaveCount(2);
  await page.getByTestId('try-again').last().click();
  await expect(page.getByTestId('failed-work').last()).toContainText('Is being tried again');
  await clean(page);
});

test('a show that a colleague moved is asked about', async ({ studio, page }) => {
  await studio('crowd=none');
  await page.getByRole('button', { name: 'Name and date' }).click();
  await page.getByRole('menuitem', { name: 'Name and date' }).click();
  await field(page, 'title').fill('Autumn evening');
  await fake(page, ({ cloud }) => Object.assign(cloud.shows[0]!, { title: 'Autumn drop, part two', version: 4 }));
  await page.keyboard.press('Enter');
  await expect(id(page, 'stale')).toContainText('Autumn drop → Autumn drop, part two');
  await id(page, 'stale-look').click();
  await expect(field(page, 'title')).toHaveValue('Autumn drop, part two');
});

test('nobody is offered what their role does not allow', async ({ studio, page }) => {
  await studio('as=analyst&crowd=none');
  await catalogue(page);
  await expect(page.getByRole('tab', { name: 'Import and export' })).toHaveCount(0);
  await id(page, 'product-details').click();
  await expect(id(page, 'variant')).toBeVisible();
  for (const name of ['move-stock', 'remove-product']) await expect(page.getByTestId(name)).toHaveCount(0);
  await tab(page, 'Coupons');
  await expect(id(page, 'coupon')).toBeVisible();
  await expect(page.getByTestId('coupon-more')).toHaveCount(0);
  await place(page, 'Orders');
  await page.getByTestId('order').first().getByRole('button').click();
  await expect(id(page, 'lines')).toBeVisible();
  for (const name of ['refund', 'cancel']) await expect(page.getByTestId(name)).toHaveCount(0);
  await place(page, 'Settings');
  await expect(page.getByRole('tab')).toHaveCount(2);
});

test('what is empty says what to do, and what does not answer can be tried again', async ({ studio, page }) => {
  const screens = [
    ['catalogue', 'No products yet'], ['catalogue/coupons', 'No coupons yet'], ['catalogue/lists', 'Nothing was imported yet'],
    ['orders', 'No orders yet'], ['settings/activity', 'Nothing was done yet'], ['settings/failed', 'Nothing failed'],
  ] as const;
  await studio('empty&crowd=none');
  for (const [at, words] of screens) {
    await page.evaluate((to) => (location.hash = `#/${to}`), at);
    await expect(page.getByText(words)).toBeVisible();
  }
  await clean(page);
  await place(page, 'Orders');
  await id(page, 'make-shop-key').click();
  await expect(id(page, 'key-form'), 'one click, and it is asked for').toBeVisible();
  await studio('cloud=down&crowd=none');
  for (const at of [...screens.map(([one]) => one), 'settings/organization', 'catalogue/products/p', 'catalogue/lists/i', 'orders/all/o']) {
    await page.evaluate((to) => (location.hash = `#/${to}`), at);
    await expect(page.getByRole('button', { name: 'Try again' }).first(), at).toBeVisible();
  }
  await clean(page);
});

for (const [theme, width, height] of [['light', 1024, 700], ['dark', 1024, 700]] as const) {
  test(`no screen of the shop breaks a rule or leaves the window (${theme})`, async ({ studio, page }) => {
    await page.setViewportSize({ width, height });
    await page.addInitScript((to) => localStorage.setItem('vitrine.theme', to), theme);
    await studio('crowd=none');
    const ids = await fake(page, ({ cloud }) => [cloud.products[0]!.id, cloud.orders[1]!.id, cloud.imports.list[0]!.id]);
    const screens = [
      'catalogue', `catalogue/products/${ids[0]}`, 'catalogue/coupons', 'catalogue/lists', `catalogue/lists/${ids[2]}`, 'orders', `orders/all/${ids[1]}`,
      'settings/organization', 'settings/activity', 'settings/failed',
    ];
    for (const at of screens) {
      await page.evaluate((to) => (location.hash = `#/${to}`), at);
      await expect(page.getByRole('status', { name: 'Loading' }), at).toHaveCount(0);
      await clean(page);
      const content = page.locator('main .content');
      expect(await content.evaluate((one) => one.scrollWidth <= one.clientWidth), `${at} is as wide as its place`).toBe(true);
    }
  });
}
