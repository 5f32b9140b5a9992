// A shopper taps, and sees the show: the widget on a shop's page, and a plain player with a poster, each on a first visit.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PATIENCE_MS, startBrowser } from './lib/browser.mjs';
import { goLive, hasSegments, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { eventually, median, quantile, ROUNDS, say } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['first_frame_p50_s', 'first_frame_p95_s'];

const HERE = import.meta.dirname;
/** Taps in a round. */
const TAPS = Number(process.env.VITRINE_BENCH_TAPS ?? 20);
/** What a shopper looks at the page before the tap, at least and at most: taps fall anywhere between two key frames. */
const LOOK_MS = [800, 2_800];

export async function measure(nest) {
  const [cloud, nginx] = [await startCloud(nest), await startNginx(nest)];
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  const publisher = nest.start('publisher', process.execPath, [join(HERE, 'publisher.mjs'), show.publish, nginx.publish]);
  await goLive(cloud, org, show);
  await eventually('nginx has segments', () => hasSegments(nginx.playlist));
  const browser = await startBrowser(nest);
  const shop = await shopServer(nest, cloud.http, show.id, nginx.playlist);
  const taps = { ours: [], peer: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    taps.ours.push(await tapAll(browser, `${shop}ours`, 'vitrine-show >> .teaser .open'));
    taps.peer.push(await tapAll(browser, `${shop}peer`, '#open'));
    if (publisher.hasEnded) throw new Error(`the publisher ended: ${nest.tail('publisher')}`);
  }
  const how = `${program().build}, Chromium ${browser.version()}, ${TAPS} taps a round`;
  const figure = (name, goal, of) => {
    const rounds = { ours: taps.ours.map(of), peer: taps.peer.map(of) };
    return { name, ours: median(rounds.ours), peer: { name: 'hls.js_page', value: median(rounds.peer) }, goal, rounds, how };
  };
  return [figure(names[0], 0.6, median), figure(names[1], 1.2, (seconds) => quantile(seconds, 0.95))];
}

/** Seconds of each tap, every one in a browser that has seen nothing yet. */
async function tapAll(browser, url, button) {
  const took = [];
  for (let n = 0; n < TAPS; n += 1) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(url);
      const open = page.locator(button);
      await open.waitFor();
      await page.waitForTimeout(LOOK_MS[0] + ((LOOK_MS[1] - LOOK_MS[0]) * n) / TAPS);
      await open.tap();
      took.push(await page.waitForFunction(() => window.shownAt && (window.shownAt - window.tappedAt) / 1_000).then((handle) => handle.jsonValue()));
    } finally {
      await context.close();
    }
  }
  say(`${url.split('/').pop()}: ${took.map((one) => one.toFixed(2)).join(' ')} s`);
  return took;
}

/** Written into both pages: when the finger came down, and when the first frame was on screen. */
const WATCH = `
  addEventListener('pointerdown', () => { window.tappedAt ??= performance.now(); }, { capture: true });
  const find = () => {
    const video = document.querySelector('video') ?? document.querySelector('vitrine-show')?.shadowRoot?.querySelector('video');
    if (video) video.requestVideoFrameCallback(() => { window.shownAt ??= performance.now(); });
    else requestAnimationFrame(find);
  };
  find();`;

/** A shop with two pages: one with the widget, one with hls.js light as it comes, there before the tap. */
async function shopServer(nest, cloud, show, playlist) {
  const hls = await readFile(join(HERE, '../../node_modules/hls.js/dist/hls.light.min.js'));
  const page = (body) => `<!doctype html><meta name="viewport" content="width=device-width"><title>Shop</title><script>${WATCH}</script>${body}`;
  const pages = {
    '/ours': page(`<script async src="${cloud}/widget/vitrine.js"></script><vitrine-show show="${show}"></vitrine-show>`),
    '/peer': page(`<script src="/hls.js"></script><button id="open">Watch</button><video muted playsinline width="320"></video><script>
      document.getElementById('open').addEventListener('click', () => {
        const video = document.querySelector('video');
        const hls = new Hls();
        hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
        hls.loadSource('${playlist}');
        hls.attachMedia(video);
      });
    </script>`),
  };
  const server = createServer((request, response) => {
    if (request.url === '/hls.js') return response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=31536000, immutable' }).end(hls);
    if (!pages[request.url]) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }).end(pages[request.url]);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  nest.atEnd(() => server.closeAllConnections() ?? server.close());
  return `http://localhost:${server.address().port}/`;
}
