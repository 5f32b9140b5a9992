// A full page load in mid-show: from the script's run on the next page to a picture that moves again, ours and a plain player's.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PATIENCE_MS, startBrowser } from './lib/browser.mjs';
import { goLive, hasSegments, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { eventually, median, ROUNDS, say } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['widget_reattach_s'];

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
/** Page loads in a round, each in mid-show. */
const LOADS = 5;
/** What a shopper looks at a page, before the next. */
const LOOK_MS = 2_500;

export async function measure(nest) {
  const [cloud, nginx] = [await startCloud(nest), await startNginx(nest)];
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  const publisher = nest.start('publisher', process.execPath, [join(HERE, 'publisher.mjs'), show.publish, nginx.publish]);
  await goLive(cloud, org, show);
  await eventually('nginx has segments', () => hasSegments(nginx.playlist));
  const browser = await startBrowser(nest);
  const shop = await shopServer(nest, cloud.http, show.id, nginx.playlist);
  const rounds = { ours: [], peer: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.ours.push(await loads(browser, `${shop}ours`));
    rounds.peer.push(await loads(browser, `${shop}peer`));
    if (publisher.hasEnded) throw new Error(`the publisher ended: ${nest.tail('publisher')}`);
  }
  return [{
    name: names[0],
    ours: median(rounds.ours),
    peer: { name: 'hls.js_page', value: median(rounds.peer) },
    goal: 1,
    rounds,
    how: `${program().build}, Chromium ${browser.version()}, ${LOADS} loads a round`,
  }];
}

/** Seconds, the median of several loads of the page. */
async function loads(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    // The first picture comes by a press, as it does for shoppers; the plain page begins by itself.
    if (url.endsWith('ours')) await page.locator('vitrine-show >> .teaser .open').click();
    const took = [];
    for (let n = 0; n <= LOADS; n += 1) {
      const seconds = await page.waitForFunction(() => window.movedAt && (window.movedAt - window.ranAt) / 1_000).then((handle) => handle.jsonValue());
      if (n > 0) took.push(seconds);
      await page.waitForTimeout(LOOK_MS);
      if (n < LOADS) await page.goto(`${url}?${n}`);
    }
    say(`${url.split('/').pop()}: ${took.map((one) => one.toFixed(2)).join(' ')} s`);
    return median(took);
  } finally {
    await context.close();
  }
}

/** Written into both pages: when the script ran, and when the second frame of the picture came. */
const WATCH = `
  const define = customElements.define.bind(customElements);
  customElements.define = (name, what) => { window.ranAt ??= performance.now(); define(name, what); };
  let frames = new Set();
  const seen = (video) => video.requestVideoFrameCallback((now, { mediaTime }) => {
    frames.add(mediaTime);
    if (frames.size > 1) window.movedAt ??= performance.now();
    else seen(video);
  });
  const find = () => {
    const video = document.querySelector('video') ?? document.querySelector('vitrine-show')?.shadowRoot?.querySelector('video');
    if (video) seen(video); else requestAnimationFrame(find);
  };
  find();`;

/** A shop with two pages: one with the widget, one with hls.js light as it comes. */
async function shopServer(nest, cloud, show, playlist) {
  const hls = await readFile(join(ROOT, 'node_modules/hls.js/dist/hls.light.min.js'));
  const page = (body) => `<!doctype html><title>Shop</title><script>${WATCH}</script>${body}`;
  const pages = {
    '/ours': page(`<script async src="${cloud}/widget/vitrine.js"></script><vitrine-show show="${show}"></vitrine-show>`),
    '/peer': page(`<video muted playsinline width="320"></video><script>
      window.ranAt = performance.now();
      const script = document.createElement('script');
      script.src = '/hls.js';
      script.onload = () => {
        const video = document.querySelector('video');
        const hls = new Hls();
        hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
        hls.loadSource('${playlist}');
        hls.attachMedia(video);
      };
      document.head.append(script);
    </script>`),
  };
  const server = createServer((request, response) => {
    const path = request.url.split('?')[0];
    if (path === '/hls.js') return response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=31536000, immutable' }).end(hls);
    if (!pages[path]) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }).end(pages[path]);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  nest.atEnd(() => server.closeAllConnections() ?? server.close());
  return `http://localhost:${server.address().port}/`;
}
