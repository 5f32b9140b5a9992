// The start and the end of a show on the screen. The demo's own show goes on: the test stands between page and room.
import { expect, test, type Page } from '@playwright/test';
import { ShopPage } from '../stage.ts';

type Told = Record<string, unknown>;

/** The room as it is, with what the test adds. Returns the way to add an event. */
async function betweenRoomAnd(page: Page, welcome: (snapshot: Told) => Told = (snapshot) => snapshot): Promise<(event: Told) => void> {
  let tell: (event: Told) => void = () => undefined;
  await page.routeWebSocket(/\/v1\/rtm/, (route) => {
    const room = route.connectToServer();
    let seq = 0;
    tell = (event) => route.send(JSON.stringify({ t: 'tick', seq, events: [event] }));
    route.onMessage((text) => room.send(text));
    room.onMessage((text) => {
      const frame = JSON.parse(String(text)) as Told & { seq?: number; snapshot?: Told };
      seq = frame.seq ?? seq;
      if (frame.snapshot) frame.snapshot = welcome(frame.snapshot);
      route.send(JSON.stringify(frame));
    });
  });
  return (event) => tell(event);
}

test('the show starts by the room\'s word alone, while the page answers nothing', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  let playback = '';
  await shop.page.route('**/v1/public/channels/*', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { show: Told };
    playback = String(body.show.playback_url);
    await route.fulfill({ response: answer, json: { ...body, show: { ...body.show, state: 'scheduled', playback_url: null, still_url: null, live_at: null } } });
  });
  let refused = 0;
  await shop.page.route(/\/v1\/public\/shows\/[^/]+$/, (route) => ((refused += 1), route.fulfill({ status: 503, body: 'busy' })));
  const tell = await betweenRoomAnd(shop.page, ({ playback_url: _url, still_url: _still, ...snapshot }) => ({ ...snapshot, state: 'scheduled' }));
  const first = await ShopPage.open(context);
  await shop.page.goto(first.page.url());
  await first.page.close();
  await shop.openStage();
  await expect(shop.inside('.picture .cover')).toBeVisible();
  await expect(shop.inside('.composer .heart button')).toBeEnabled(); // the room is there
  tell({ e: 'state', state: 'live', live_at: new Date().toISOString(), playback_url: playback });
  await shop.playing();
  await expect(shop.inside('.stage .live')).toHaveText(/LIVE/);
  // The page is asked too, each shopper a little later than the other.
  await expect.poll(() => refused).toBeGreaterThan(0);
  await shop.playing();
  await shop.page.unrouteAll({ behavior: 'wait' });
});

test('the goodbye waits for the picture, and the player plays until then', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const tell = await betweenRoomAnd(shop.page);
  const first = await ShopPage.open(context);
  await shop.page.goto(first.page.url());
  await first.page.close();
  await shop.openStage();
  await shop.playing();
  await shop.inside('video').evaluate((video: HTMLVideoElement) => {
    let lastPicture = 0;
    video.addEventListener('timeupdate', () => Object.assign(window, { lastPicture: (lastPicture = Math.max(lastPicture, video.currentTime)) }));
  });
  const heardAt = await shop.inside('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  // The end, as the host pressed it now: the picture is seconds behind, and has four more to go to be sure.
  tell({ e: 'state', state: 'ended', live_at: null, ended_at: new Date(Date.now() + 4_000).toISOString() });
  await shop.page.waitForTimeout(2_500);
  await expect(shop.inside('.stage h2')).toHaveCount(0);
  await expect(shop.inside('.stage h2')).toHaveText('The show has ended', { timeout: 15_000 });
  const shown = await shop.page.evaluate(() => (window as unknown as { lastPicture: number }).lastPicture);
  expect(shown - heardAt).toBeGreaterThan(3.5);
  await expect(shop.inside('video')).toHaveCount(0);
});
