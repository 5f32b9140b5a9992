// What somebody writes is never lost, and never said twice.
import { expect, test, type Page, type WebSocketRoute } from '@playwright/test';
import { ShopPage } from '../stage.ts';

/** The room's socket, with the test in between. */
class Line {
  /** Answers that must not arrive. */
  deaf = false;
  /** Nothing is passed on to the room. */
  mute = false;
  readonly chats: { mark: string; text: string }[] = [];
  #route: WebSocketRoute | null = null;

  static async of(page: Page): Promise<Line> {
    const line = new Line();
    await page.routeWebSocket(/\/v1\/rtm/, (route) => {
      line.#route = route;
      const room = route.connectToServer();
      route.onMessage((text) => {
        const frame = JSON.parse(String(text)) as { t: string; mark: string; text: string };
        if (frame.t === 'chat') line.chats.push({ mark: frame.mark, text: frame.text });
        if (!(line.mute && frame.t === 'chat')) room.send(text);
      });
      room.onMessage((text) => {
        if (!(line.deaf && String(text).includes('"accepted"'))) route.send(text);
      });
    });
    return line;
  }
  async cut(): Promise<void> {
    await this.#route?.close({ code: 4000 });
  }
}

const field = (shop: ShopPage) => shop.inside('.composer input[maxlength="500"]');

test('typing goes on while a message is on its way, and Escape and the corner keep the draft', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const line = await Line.of(shop.page);
  await shop.openStage();
  await shop.playing();
  const stamp = Date.now().toString(36);
  await shop.say(`one ${stamp}`, 'Ola');
  line.deaf = true;
  await field(shop).fill(`two ${stamp}`);
  await field(shop).press('Enter');
  await expect(field(shop)).toHaveValue('');
  await field(shop).pressSequentially('half a thou');
  await expect(shop.inside('.composer .status')).toHaveText('Sending…');
  await expect(shop.message(`two ${stamp}`)).toBeVisible();
  await expect(field(shop)).toHaveValue('half a thou');
  await shop.page.keyboard.press('Escape');
  await expect(shop.inside('.stage.mini')).toBeVisible();
  await shop.inside('.stage').getByRole('button', { name: 'Back to the show' }).click();
  await expect(field(shop)).toHaveValue('half a thou');
});

test('a lost answer is asked for again: said once, and seen once', async ({ browser }) => {
  const [one, two] = [await browser.newContext(), await browser.newContext()];
  const reading = await ShopPage.open(two, '/chat');
  const writing = new ShopPage(await one.newPage());
  const line = await Line.of(writing.page);
  await writing.page.goto(new URL('/chat', reading.page.url()).href);
  const stamp = Date.now().toString(36);
  await writing.say(`first ${stamp}`, 'Ola');
  await expect(reading.message(`first ${stamp}`)).toBeVisible();
  line.deaf = true;
  await field(writing).fill(`only once ${stamp}`);
  await field(writing).press('Enter');
  await expect(reading.message(`only once ${stamp}`)).toBeVisible();
  await line.cut();
  line.deaf = false;
  await expect.poll(() => line.chats.filter(({ text }) => text.startsWith('only once')).length).toBe(2);
  const marks = line.chats.filter(({ text }) => text.startsWith('only once')).map(({ mark }) => mark);
  expect(new Set(marks).size).toBe(1);
  expect(marks[0]).toMatch(/^[0-9a-f-]{36}$/);
  await expect(writing.inside('.composer .status')).toContainText('as Ola');
  await expect(writing.inside('.unsent')).toHaveCount(0);
  await reading.page.waitForTimeout(1_500);
  await expect(reading.message(`only once ${stamp}`)).toHaveCount(1);
  await expect(writing.message(`only once ${stamp}`)).toHaveCount(1);
  await Promise.all([one.close(), two.close()]);
});

test('a message that does not get through says so, also on the next page, and goes out by "Send again"', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const line = await Line.of(shop.page);
  const first = await ShopPage.open(context, '/chat');
  await shop.page.goto(first.page.url());
  await first.page.close();
  const stamp = Date.now().toString(36);
  await shop.say(`hello ${stamp}`, 'Ola');
  line.mute = true;
  await field(shop).fill(`lost ${stamp}`);
  await field(shop).press('Enter');
  const unsent = shop.inside('.unsent');
  await expect(unsent).toContainText(`lost ${stamp}`, { timeout: 30_000 });
  await expect(unsent).toContainText('Send it again');
  line.mute = false;
  // The next page does not send it by itself: nobody may want to say it any more.
  await shop.page.reload();
  await expect(unsent).toContainText(`lost ${stamp}`);
  await expect(shop.inside('.composer .status')).toContainText('as Ola');
  await shop.page.waitForTimeout(2_000);
  expect(line.chats.filter(({ text }) => text.startsWith('lost'))).toHaveLength(1);
  await unsent.getByRole('button', { name: 'Send again' }).click();
  await expect(shop.message(`lost ${stamp}`)).toBeVisible();
  await expect(unsent).toHaveCount(0);
  expect(new Set(line.chats.filter(({ text }) => text.startsWith('lost')).map(({ mark }) => mark)).size).toBe(1);
});

test('closing the show keeps what was being written, and what the room had not taken is said when it is open again', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const line = await Line.of(shop.page);
  const first = await ShopPage.open(context);
  await shop.page.goto(first.page.url());
  await first.page.close();
  await shop.openStage();
  const stamp = Date.now().toString(36);
  await shop.say(`heard ${stamp}`, 'Ola');
  line.mute = true;
  await field(shop).fill(`unheard ${stamp}`);
  await field(shop).press('Enter');
  await field(shop).fill('half a thou');
  await shop.inside('.stage').getByRole('button', { name: 'Close the show' }).click();
  await expect(shop.inside('.stage')).toHaveCount(0);
  line.mute = false;
  await shop.openStage();
  await expect(field(shop)).toHaveValue('half a thou');
  await expect(shop.message(`unheard ${stamp}`)).toHaveCount(1);
  const marks = line.chats.filter(({ text }) => text.startsWith('unheard')).map(({ mark }) => mark);
  expect([marks.length, new Set(marks).size]).toEqual([2, 1]);
});

test('what was being written is there again after a show was closed while it was hidden, and after another one in its place', async ({ context }) => {
  const shop = await ShopPage.open(context);
  const show = shop.page.locator('vitrine-show').first();
  const set = (wish: { hidden?: boolean; open?: boolean }) => show.evaluate((element, wish) => void Object.assign(element, wish), wish);
  await shop.openStage();
  await field(shop).fill('half a thou');
  await set({ hidden: true });
  await expect(show.locator('.stage')).toHaveCount(0);
  await set({ open: false });
  await set({ hidden: false, open: true });
  await expect(field(shop)).toHaveValue('half a thou');
  await field(shop).fill('half a thought');
  await show.evaluate((element) => element.setAttribute('show', 'another'));
  await expect(show.locator('.stage')).toHaveCount(0);
  await show.evaluate((element) => element.removeAttribute('show'));
  await expect(field(shop)).toHaveValue('half a thought');
});
