// What a page does to the element: opens it out of sight, moves it, hides it, and lets its channel go on.
import { expect, test, type Page } from '@playwright/test';
import { demo } from '../demo.ts';
import { servePages } from '../pages.ts';
import { ShopPage } from '../stage.ts';

const page = (element: string, head = '') =>
  `<!doctype html><title>Page</title>${head}<script async src="${demo().cloud_url}/widget/vitrine.js"></script><div id="a">${element}</div><div id="b"></div>`;
const CORNER = '<vitrine-show channel="demo"></vitrine-show>';
const INLINE = '<vitrine-show channel="demo" view="inline"></vitrine-show>';

/** Serves one page and opens it. */
async function opened(tab: Page, body: string): Promise<ShopPage> {
  const pages = await servePages({ '/': () => ({ body }) });
  const shop = new ShopPage(tab);
  tab.once('close', () => void pages.end());
  await tab.goto(pages.origin);
  return shop;
}

/** Makes the tab one that nobody looks at, until `look()`; `prerendering` as the browser says it of a page for later. */
async function outOfSight(tab: Page, prerendering: boolean): Promise<() => Promise<void>> {
  await tab.addInitScript((prerendering) => {
    const set = (state: string, rendering: boolean) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
      Object.defineProperty(document, 'prerendering', { configurable: true, get: () => rendering });
    };
    set('hidden', prerendering);
    Object.assign(window, {
      look() {
        set('visible', false);
        document.dispatchEvent(new Event(prerendering ? 'prerenderingchange' : 'visibilitychange'));
      },
    });
  }, prerendering);
  return () => tab.evaluate(() => (window as unknown as { look(): void }).look());
}

for (const [name, prerendering] of [
  ['opened in the background', false],
  ['prerendered', true],
] as const) {
  test(`a tab ${name} has its teaser at once, and a stage that was asked for plays when it is looked at`, async ({ context }) => {
    const tab = await context.newPage();
    const look = await outOfSight(tab, prerendering);
    const shop = await opened(tab, page('<vitrine-show channel="demo" id="corner"></vitrine-show><vitrine-show channel="demo" id="stage" open></vitrine-show>'));
    await expect(tab.locator('#corner >> .teaser')).toBeVisible();
    await tab.waitForTimeout(1_500);
    expect(await tab.locator('#stage >> video').count(), 'nothing plays where nobody looks').toBe(0);
    await look();
    await expect(tab.locator('#stage >> .stage')).toBeVisible();
    expect(shop.complaints).toEqual([]);
  });
}

test('a prerendered page that is opened goes on with what the page before left', async ({ context }) => {
  const tab = await context.newPage();
  const shop = await opened(tab, page(CORNER));
  await shop.openStage();
  await shop.playing();
  const look = await outOfSight(tab, true);
  // The page before leaves its show only when this one is opened: until then it is out of the way.
  await tab.addInitScript(() => {
    const leaves = Object.entries(sessionStorage).filter(([key]) => key.startsWith('vitrine:tab:'));
    for (const [key] of leaves) sessionStorage.removeItem(key);
    Object.assign(window, { leave: () => leaves.forEach(([key, leaf]) => sessionStorage.setItem(key, leaf as string)) });
  });
  await tab.reload();
  await expect(shop.teaser).toBeVisible();
  await tab.waitForTimeout(2_000);
  await expect(shop.inside('.stage')).toHaveCount(0);
  await tab.evaluate(() => (window as unknown as { leave(): void }).leave());
  await look();
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.playing();
});

test('an element that is moved in the page plays on', async ({ context }) => {
  const shop = await opened(await context.newPage(), page(CORNER));
  await shop.openStage();
  await shop.playing();
  await shop.page.keyboard.press('Escape');
  const video = await shop.inside('video').elementHandle();
  const time = () => video!.evaluate((element) => (element as HTMLVideoElement).currentTime);
  for (const move of ['append', 'remove and append', 'moveBefore']) {
    const before = await time();
    await shop.page.evaluate((move) => {
      const show = document.querySelector('vitrine-show')!;
      const to = document.getElementById(show.parentElement?.id === 'a' ? 'b' : 'a') as HTMLElement & { moveBefore?(node: Node, child: null): void };
      if (move === 'remove and append') show.remove();
      if (move === 'moveBefore' && to.moveBefore) to.moveBefore(show, null);
      else to.append(show);
    }, move);
    await expect.poll(time, { message: `it plays on after ${move}` }).toBeGreaterThan(before + 1);
    expect(await video!.evaluate((element) => element.isConnected), move).toBe(true);
    await expect(shop.inside('.stage.mini')).toBeVisible();
  }
  // The open stage too lies over the page again.
  await shop.inside('.stage').getByRole('button', { name: 'Back to the show' }).click();
  await shop.page.evaluate(() => document.getElementById('a')!.append(document.querySelector('vitrine-show')!));
  await expect.poll(() => shop.inside('.stage').evaluate((stage) => stage.matches(':modal'))).toBe(true);
});

test('an element that another takes the place of hands the show over', async ({ context }) => {
  const shop = await opened(await context.newPage(), page(CORNER));
  await shop.openStage();
  await shop.playing();
  await shop.page.evaluate(() => {
    const again = document.querySelector('vitrine-show')!.cloneNode() as HTMLElement;
    again.removeAttribute('open');
    document.getElementById('a')!.replaceChildren(again);
  });
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.playing();
});

for (const [name, hide, unhide] of [
  ['hidden', () => void document.querySelector('vitrine-show')!.setAttribute('hidden', ''), () => document.querySelector('vitrine-show')!.removeAttribute('hidden')],
  ['in something that is hidden', () => document.getElementById('a')!.style.setProperty('display', 'none'), () => document.getElementById('a')!.style.setProperty('display', '')],
] as const) {
  test(`an element that is ${name} is silent, and takes the show up again`, async ({ context }) => {
    const shop = await opened(await context.newPage(), page(CORNER));
    await shop.openStage();
    await shop.playing();
    const video = await shop.inside('video').elementHandle();
    await shop.page.evaluate(hide);
    await expect.poll(() => video!.evaluate((element) => (element as HTMLVideoElement).paused), { message: 'it is silent' }).toBe(true);
    await expect(shop.page.locator('vitrine-show >> video')).toHaveCount(0);
    await shop.page.evaluate(unhide);
    await expect(shop.inside('.stage.mini')).toBeVisible();
    await shop.playing();
  });
}

test('a view in the page goes on to the next show of its channel', async ({ context }) => {
  const tab = await context.newPage();
  let next: 'none' | 'scheduled' = 'none';
  let ended = false;
  const NEXT = '0199f0a0-0000-7000-8000-00000000ffff';
  await tab.clock.install();
  // The cloud's own word, with the show ended and another one after it.
  await tab.route(`${demo().cloud_url}/v1/public/**`, async (route) => {
    const answer = await route.fetch({ url: route.request().url().replace(NEXT, demo().show_id) });
    if (route.request().method() !== 'GET') return route.fulfill({ response: answer });
    const body = (await answer.json()) as { show?: Record<string, unknown> } & Record<string, unknown>;
    const asNext = (show: Record<string, unknown>) => ({ ...show, id: NEXT, title: 'The next show', state: next, playback_url: null, still_url: null });
    const asEnded = (show: Record<string, unknown>) => ({ ...show, state: 'ended', playback_url: null, still_url: null });
    const of = (show: Record<string, unknown>) => (next !== 'none' ? asNext(show) : ended ? asEnded(show) : show);
    if (body.show) return route.fulfill({ response: answer, json: { ...body, show: of(body.show) } });
    return route.fulfill({ response: answer, json: route.request().url().includes(NEXT) ? asNext(body) : ended ? asEnded(body) : body });
  });
  await tab.routeWebSocket(/\/v1\/rtm/, () => undefined); // the room says nothing: the page is all there is
  ended = true;
  const shop = await opened(tab, page(INLINE));
  await expect(shop.inside('.stage')).toBeVisible();
  next = 'scheduled';
  const minutes = async (count: number) => {
    for (let third = 0; third < count * 3; third += 1) {
      await tab.clock.runFor(20_000);
      await new Promise((resolve) => setTimeout(resolve, 100)); // the answers come by the real network
    }
  };
  await minutes(3);
  await expect(shop.inside('h1')).not.toHaveText('The next show'); // goodbye is still being said
  await minutes(5);
  await expect(shop.inside('h1')).toHaveText('The next show');
});

test('of two shows in one page one is heard: whichever was made loud last', async ({ context }) => {
  const tab = await context.newPage();
  // As the README writes it; the other stories bring the script in as `async`.
  await opened(tab, `<!doctype html><title>Page</title><script type="module" src="${demo().cloud_url}/widget/vitrine.js"></script>${CORNER}<vitrine-show channel="demo" corner="start"></vitrine-show>`);
  const [one, two] = [tab.locator('vitrine-show').nth(0), tab.locator('vitrine-show').nth(1)];
  const loud = () => tab.evaluate(() => [...document.querySelectorAll('vitrine-show')].map((element) => [...element.shadowRoot!.querySelectorAll('video')].some((video) => !video.muted && !video.paused && video.currentTime > 0)));
  await one.locator('.teaser .open').click();
  await expect.poll(loud).toEqual([true, false]);
  await tab.keyboard.press('Escape');
  await expect(one.locator('.stage.mini')).toBeVisible();
  await two.locator('.teaser .open').click();
  await expect.poll(loud).toEqual([false, true]);
  await tab.keyboard.press('Escape');
  await expect(two.locator('.stage.mini')).toBeVisible();
  await one.getByRole('button', { name: 'Sound on' }).click();
  await expect.poll(loud).toEqual([true, false]);
});
