// Everything fits into the smallest window that the studio allows, and into the one it opens with.
import type { Page } from '@playwright/test';
import { expect, test } from './page.ts';

const id = (page: Page, name: string) => page.getByTestId(name).first();
const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
const desk = async (page: Page) => {
  await id(page, 'open-desk').click();
  await expect(id(page, 'run-of-show')).toBeVisible();
};

/** What a window cuts off: the page itself, what scrolls sideways, a button or field beyond the right edge or its own box. */
const cut = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > innerWidth || scrollHeight > innerHeight) found.push(`the page is ${scrollWidth}x${scrollHeight}`);
    for (const element of document.querySelectorAll<HTMLElement>('#app *')) {
      if (!element.checkVisibility()) continue;
      const name = `${element.tagName} ${element.className} “${(element.ariaLabel ?? element.textContent).trim().slice(0, 30)}”`;
      const style = getComputedStyle(element);
      if (/auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1) found.push(`sideways: ${name}`);
      if (!element.matches('button, input, select, textarea, .text, .text *')) continue;
      if (element.getBoundingClientRect().right > innerWidth + 1) found.push(`beyond the edge: ${name}`);
      if (style.textOverflow !== 'ellipsis' && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${name}`);
    }
    return found;
  });

const part = async (page: Page, name: string, tab: string) => {
  await place(page, name);
  await page.getByRole('tab', { name: tab, exact: true }).click();
};

const SCREENS: [what: string, query: string, way: (page: Page) => Promise<void>][] = [
  ['shows', 'live=761&elsewhere', async (page) => {
    await expect(id(page, 'open-desk')).toHaveText('Join live desk');
    await expect(page.getByTestId('lineup').getByRole('button', { name: 'Take out of the line-up' })).toHaveCount(6);
  }],
  ['the keys', '', async (page) => {
    await place(page, 'Settings');
    // No word stands alone on its line, and no row touches the next.
    const rows = page.locator('li', { has: page.locator('[data-testid^=change-]') });
    for (const row of await rows.all()) {
      const words = row.locator('span').first();
      const [{ height: line }, { height: whole }] = [(await words.boundingBox())!, (await row.boundingBox())!];
      expect(line, (await words.textContent())!).toBeLessThanOrEqual(40);
      expect(whole - line).toBeGreaterThanOrEqual(8);
    }
  }],
  ['the team', 'unconfirmed', async (page) => {
    await place(page, 'Team');
    await expect(page.getByTestId('invitation')).toHaveCount(2);
  }],
  ['inviting', '', async (page) => {
    await place(page, 'Team');
    await id(page, 'invite').click();
    await expect(id(page, 'send-invitation'), 'without scrolling').toBeInViewport({ ratio: 1 });
  }],
  ['the roles', '', async (page) => {
    await part(page, 'Team', 'Roles');
    await expect(id(page, 'role-table')).toBeVisible();
  }],
  ['a role', '', async (page) => {
    await part(page, 'Team', 'Roles');
    await id(page, 'new-role').click();
    await expect(id(page, 'save-role'), 'without scrolling').toBeInViewport({ ratio: 1 });
  }],
  ['the keys of servers', '', async (page) => {
    await part(page, 'Team', 'Keys');
    await page.getByRole('button', { name: 'Show 2 more' }).click();
  }],
  ['a key', '', async (page) => {
    await part(page, 'Team', 'Keys');
    await id(page, 'new-key').click();
    await page.getByRole('radio', { name: 'On a day' }).check();
    await expect(id(page, 'make-key'), 'without scrolling').toBeInViewport({ ratio: 1 });
  }],
  ['an account', 'second&unconfirmed', async (page) => {
    await part(page, 'Settings', 'Your account');
    await expect(page.getByTestId('session')).toHaveCount(3);
    await expect(page.getByTestId('place')).toHaveCount(2);
  }],
  ['a desk with many faults', 'live=761&trouble=many', desk],
  ['a desk with all its faults open', 'live=761&trouble=many', async (page) => {
    await desk(page);
    await id(page, 'faults-more').click();
    await expect(page.getByTestId('fault')).toHaveCount(4);
  }],
  ['a desk with a poor line', 'live=761&trouble=poor', desk],
  ['a desk before the show', 'camera=none', desk],
];
for (const [width, height] of [[1024, 640], [1440, 900]] as const) {
  for (const [what, query, way] of SCREENS) {
    test(`${what}: nothing is cut at ${width}x${height}`, async ({ studio, page }) => {
      await page.setViewportSize({ width, height });
      await studio(`${query}&crowd=none`);
      await way(page);
      expect(await cut(page)).toEqual([]);
    });
  }
}

test('in the smallest window faults are read whole, above what is sent and sold', async ({ studio, page }) => {
  await page.setViewportSize({ width: 1024, height: 640 });
  await studio('live=761&trouble=many&crowd=none');
  await desk(page);
  const bottom = async (name: string) => {
    const box = (await id(page, name).boundingBox())!;
    return box.y + box.height;
  };
  const fault = (await id(page, 'fault').boundingBox())!;
  const text = (await id(page, 'fault').locator('.text').boundingBox())!;
  expect(text.width).toBeGreaterThan(240);
  expect(text.y + text.height, 'inside its row').toBeLessThanOrEqual(fault.y + fault.height);
  expect((await id(page, 'preview').boundingBox())!.height, 'a picture that can be judged').toBeGreaterThan(150);
  for (const name of ['uplink', 'ticker']) expect(await bottom(name), name).toBeLessThanOrEqual(640);
  const microphone = id(page, 'microphone').locator('.name');
  expect(await microphone.evaluate((name) => name.scrollWidth <= name.clientWidth), 'the microphone by its whole name').toBe(true);
  // Opened, each row has its own place.
  await id(page, 'faults-more').click();
  const boxes = await Promise.all((await page.getByTestId('fault').all()).map((one) => one.boundingBox()));
  for (const [n, box] of boxes.slice(1).entries()) expect(box!.y).toBeGreaterThanOrEqual(boxes[n]!.y + boxes[n]!.height);
  const inside = await page.getByTestId('fault').evaluateAll((rows) => rows.every((row) => row.scrollHeight <= row.clientHeight));
  expect(inside, 'no row runs over the next').toBe(true);
});

test('no name or address of a product takes the window from stock and price', async ({ studio, page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await studio('crowd=none');
  await place(page, 'Catalogue');
  const path = 'hand-finished-italian-calf-leather-weekender-bag-with-brass-buckles'.repeat(3);
  for (const [title, url] of [['Bag', `https://shop.example.com/${path}`], ['W'.repeat(200), 'https://x.example/a']] as const) {
    await id(page, 'new-product').click();
    const form = id(page, 'product-form');
    for (const [name, value] of Object.entries({ title, url, price: '5', stock: '1' })) await form.locator(`[name=${name}]`).fill(value);
    await form.locator('[type=submit]').click();
    await expect(form).toHaveCount(0);
    const toast = id(page, 'toasts').locator('.toast').last();
    await expect(toast).toContainText(title);
    expect(await toast.evaluate((one) => one.scrollWidth <= one.clientWidth), 'the toast holds its words').toBe(true);
    expect(await cut(page), title).toEqual([]);
  }
  const named = page.getByTestId('product').filter({ hasText: 'WWWW' }).getByRole('button').first();
  await expect(named).toHaveCSS('text-align', 'start');
});

for (const [width, height] of [[1440, 900], [1366, 700], [1024, 640]] as const) {
  test(`each row of the desk’s menus can be pressed at ${width}x${height}`, async ({ studio, page }) => {
    await page.setViewportSize({ width, height });
    await studio('live=761&trouble=many&crowd=none');
    await desk(page);
    const menus = page.locator('[aria-haspopup=menu]:visible:enabled');
    const count = await menus.count();
    expect(count).toBeGreaterThanOrEqual(2);
    for (let n = 0; n < count; n += 1) {
      await menus.nth(n).click();
      const list = page.locator('[role=menu]');
      await expect(list).toBeVisible();
      await list.evaluate((one) => Promise.all(one.getAnimations().map((animation) => animation.finished)));
      const { x, y, width: wide, height: high } = (await list.boundingBox())!;
      expect([x >= 0, y >= 0, x + wide <= width, y + high <= height], `menu ${n} lies in the window`).toEqual([true, true, true, true]);
      const missed = await list.locator('[role^=menuitem]').evaluateAll((rows) =>
        rows.filter((row) => {
          row.scrollIntoView({ block: 'nearest' });
          const box = row.getBoundingClientRect();
          const hit = (y: number) => row.contains(document.elementFromPoint(box.x + box.width / 2, y));
          return !(hit(box.y + 2) && hit(box.bottom - 2));
        }).map((row) => row.textContent.trim()),
      );
      expect(missed, `of menu ${n}`).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
}

for (const [width, height] of [[1440, 900], [1366, 700], [1024, 640]] as const) {
  test(`each fault is named at ${width}x${height}, seen and read aloud`, async ({ studio, page }) => {
    await page.setViewportSize({ width, height });
    await studio('live=761&trouble=many&crowd=none');
    await desk(page);
    const told = page.locator('[aria-live=polite]', { has: page.getByTestId('fault') });
    for (const title of ['Studio camera gives no picture', 'Lavalier cannot be heard', 'The chat is not connected', 'This machine may go to sleep']) {
      const words = told.getByText(title, { exact: true });
      await expect(words).toBeVisible();
      const seen = await words.evaluate((one) => {
        const box = one.getBoundingClientRect();
        return [...one.getClientRects()].every(({ x, y, width: wide, height: high }) => one.contains(document.elementFromPoint(x + wide - 2, y + high / 2))) && box.width > 0;
      });
      expect(seen, `“${title}”, its end too`).toBe(true);
    }
    const { VITRINE_SHOTS } = process.env;
    if (VITRINE_SHOTS) await page.screenshot({ path: `${VITRINE_SHOTS}/faults-${width}x${height}.png` });
    await expect(id(page, 'faults-rest'), 'as bad as the worst of them').toHaveClass(/warn/);
  });
}
