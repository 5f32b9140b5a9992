// One stage, one player: however fast it is opened, closed and tried again, nothing goes on loading behind it.
import { expect, test } from '@playwright/test';
import { ShopPage } from '../stage.ts';

const players = (shop: ShopPage) => shop.page.evaluate(() => (window as unknown as Record<symbol, number>)[Symbol.for('vitrine.players')] ?? 0);
const loads = (shop: ShopPage) => shop.requests.filter((url) => url.includes('/live/') && !url.includes('/still.jpg')).length;

/** Nothing is asked of the stream for longer than a playlist waits. */
async function silent(shop: ShopPage): Promise<void> {
  await expect.poll(() => players(shop)).toBe(0);
  await shop.page.waitForTimeout(300);
  const before = loads(shop);
  await shop.page.waitForTimeout(7_000);
  expect(loads(shop), 'nothing is downloaded behind a closed stage').toBe(before);
}

test('fifty quick opens, closes and retries leave nothing behind', async ({ context }) => {
  const shop = await ShopPage.open(context);
  await expect(shop.teaser).toBeVisible();
  // The player's own code comes late, as on a bad network: some of the closes fall into its first import.
  await shop.page.route('**/widget/assets/engine-*.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  const most = await shop.page.evaluate(async () => {
    const page = window as unknown as Record<symbol, number>;
    const element = document.querySelector('vitrine-show:not([hidden])') as HTMLElement & { open: boolean };
    let seen = 0;
    for (let turn = 0; turn < 50; turn += 1) {
      element.open = true;
      await new Promise((resolve) => setTimeout(resolve, (turn * 37) % 260));
      // Whatever button there is on the player is pressed, twice.
      for (let press = 0; press < 2; press += 1) {
        for (const button of element.shadowRoot!.querySelectorAll<HTMLButtonElement>('.player button')) button.click();
      }
      seen = Math.max(seen, page[Symbol.for('vitrine.players')] ?? 0);
      element.open = false;
      await new Promise((resolve) => setTimeout(resolve, (turn * 53) % 90));
      seen = Math.max(seen, page[Symbol.for('vitrine.players')] ?? 0);
    }
    return seen;
  });
  expect(most).toBeLessThanOrEqual(1);
  await silent(shop);
  await shop.openStage();
  await shop.playing();
  expect(await players(shop)).toBe(1);
  expect(shop.complaints).toEqual([]);
});

test('"Try now" while the player still loads makes one player, which ends with the stage', async ({ context }) => {
  const shop = await ShopPage.open(context);
  let release: () => void = () => undefined;
  const late = new Promise<void>((resolve) => (release = resolve));
  await shop.page.route('**/widget/assets/engine-*.js', async (route) => {
    await late;
    await route.continue();
  });
  await shop.openStage();
  const again = shop.inside('.player .note button');
  await expect(again).toBeVisible({ timeout: 20_000 });
  for (let press = 0; press < 4; press += 1) await again.click();
  release();
  await shop.playing();
  expect(await players(shop)).toBe(1);
  await shop.page.evaluate(() => ((document.querySelector('vitrine-show:not([hidden])') as HTMLElement & { open: boolean }).open = false));
  await silent(shop);
});

test('a player whose code does not come is loaded again', async ({ context }) => {
  const shop = await ShopPage.open(context);
  let refused = 0;
  await shop.page.route('**/widget/assets/engine-*.js*', async (route) => {
    refused += 1;
    if (refused <= 3) await route.abort();
    else await route.continue();
  });
  await shop.openStage();
  await shop.playing();
  expect(refused).toBeGreaterThan(3);
  expect(await players(shop)).toBe(1);
  expect(shop.complaints).toEqual([]);
});
