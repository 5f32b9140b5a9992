// Networks as they are: a CDN in between that says no, a firewall without sockets, a finger that stays on the heart.
import { expect, test, type BrowserContext } from '@playwright/test';
import { ShopPage } from '../stage.ts';

/** Sockets die before they open, as behind many company networks. */
async function withoutSockets(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    let dialled = 0;
    class Blocked extends EventTarget {
      readyState = 0;
      onclose: ((event: CloseEvent) => void) | null = null;
      constructor() {
        super();
        Object.assign(window, { dialled: (dialled += 1) });
        setTimeout(() => this.onclose?.(new CloseEvent('close', { code: 1006 })), 50);
      }
      close() {}
      send() {}
    }
    Object.assign(window, { WebSocket: Blocked });
  });
}

test('a CDN that answers 429 in HTML closes no chat', async ({ context }) => {
  let refused = 0;
  await context.route('**/v1/public/shows/*/viewers', async (route) => {
    refused += 1;
    if (refused <= 2) await route.fulfill({ status: 429, contentType: 'text/html', body: '<h1>Too many requests</h1>', headers: { 'access-control-allow-origin': '*' } });
    else await route.continue();
  });
  const shop = await ShopPage.open(context, '/chat');
  await expect.poll(() => refused).toBeGreaterThan(2);
  await shop.say(`after the storm ${Date.now().toString(36)}`, 'Ina');
});

test('a finger that stays on the heart closes nothing', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const sent: number[] = [];
  shop.page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => void (String(payload).includes('"reaction"') && sent.push(Date.now()))));
  await shop.openStage();
  const heart = shop.inside('.composer .heart button');
  await expect(heart).toBeEnabled();
  await heart.focus();
  // A held key: the browser repeats it 30 times a second.
  const until = Date.now() + 8_000;
  while (Date.now() < until) {
    await shop.page.keyboard.down('Enter');
    await shop.page.waitForTimeout(20);
  }
  await shop.page.keyboard.up('Enter');
  expect(sent.length).toBeGreaterThan(8);
  for (const at of sent) expect(sent.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(5);
  await expect(shop.inside('.reactions .heart').first()).toBeVisible();
  await shop.say(`still here ${Date.now().toString(36)}`, 'Ina');
});

test('without sockets the pins come all the same, and the chat says that it is away', async ({ context }) => {
  await withoutSockets(context);
  const shop = await ShopPage.open(context);
  const polls: number[] = [];
  shop.page.on('request', (sent) => void (/\/v1\/public\/shows\/[^/]+$/.test(sent.url()) && polls.push(Date.now())));
  await shop.openStage();
  await shop.playing();
  await expect(shop.inside('.composer [role=status]')).toHaveText(/not available on this network/);
  await expect(shop.inside('.composer input')).toBeDisabled();
  const at = new Date().toISOString();
  await shop.page.route(/\/v1\/public\/shows\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    const show = (await answer.json()) as { products: { title: string }[] };
    const highlight = { id: 'by-the-page', action: 'show', media_time_ms: null, at, card: { kind: 'product', ...show.products.at(-1) } };
    await route.fulfill({ response: answer, json: { ...show, highlight } });
  });
  await expect(shop.inside('[data-highlight="by-the-page"]')).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => polls.length, { timeout: 90_000 }).toBeGreaterThan(4);
  const gaps = polls.slice(2).map((at, index) => at - polls[index + 1]!);
  expect(gaps.length).toBeGreaterThan(1);
  for (const gap of gaps) {
    expect(gap).toBeGreaterThan(4_500);
    expect(gap).toBeLessThan(17_000);
  }
  expect(await shop.page.evaluate(() => (window as unknown as { dialled: number }).dialled)).toBeLessThanOrEqual(4);
});
