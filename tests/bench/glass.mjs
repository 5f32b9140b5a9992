// From the encoder's clock to the picture in a browser: ours and nginx's, from the same packets.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { PATIENCE_MS, startBrowser } from './lib/browser.mjs';
import { goLive, hasSegments, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { eventually, median, quantile, ROUNDS, say } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['glass_latency_s', 'glass_latency_p50_s', 'glass_latency_p95_s'];

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const PLAY_S = Number(process.env.VITRINE_BENCH_PLAY_S ?? 24);

export async function measure(nest) {
  const [cloud, nginx] = [await startCloud(nest), await startNginx(nest)];
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  const publisher = nest.start('publisher', process.execPath, [join(HERE, 'publisher.mjs'), show.publish, nginx.publish]);
  const said = (error) => Object.assign(error, { message: `${error.message}\npublisher: ${nest.tail('publisher')}\ncloud: ${nest.tail('cloud')}` });
  try {
    const ours = await goLive(cloud, org, show);
    await eventually('nginx has segments', () => hasSegments(nginx.playlist));
    const browser = await startBrowser(nest);
    const page = await pageServer(nest);
    const plays = { ours: [], peer: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      plays.ours.push(latencies(await play(browser, page, ours, 'widget', PLAY_S), 'ours'));
      plays.peer.push(latencies(await play(browser, page, nginx.playlist, 'plain', PLAY_S), 'nginx'));
      if (publisher.hasEnded) throw new Error('the publisher ended');
    }
    const how = `${program().build}, Chromium ${browser.version()}`;
    const figure = (name, goal, of) => {
      const rounds = { ours: plays.ours.map(of), peer: plays.peer.map(of) };
      return { name, ours: median(rounds.ours), peer: { name: 'nginx_hls', value: median(rounds.peer) }, goal, rounds, how };
    };
    const late = (seconds) => quantile(seconds, 0.95);
    return [figure(names[0], 2.5, median), figure(names[1], 0.73, median), figure(names[2], 1.3, late)];
  } catch (error) {
    throw said(error);
  }
}

/** Seconds of latency in a play's second half. */
function latencies(out, who) {
  const late = out.samples.filter((sample) => sample.at > PLAY_S / 2).map((sample) => sample.latency);
  const troubles = out.errors.length ? `, player said: ${[...new Set(out.errors)].join(', ')}` : '';
  if (late.length < (PLAY_S / 2) * 3) throw new Error(`${who}: ${late.length} readings, ${out.unread} unread, after ${out.startup} s${troubles}`);
  say(`${who}: latency ${median(late).toFixed(2)} s, 95 of 100 below ${quantile(late, 0.95).toFixed(2)} (${Math.min(...late).toFixed(2)} to ${Math.max(...late).toFixed(2)}), first picture after ${out.startup.toFixed(1)} s, ${out.height}p, ${late.length} readings, ${out.unread} unread${troubles}`);
  return late;
}

/** Plays in a page of its own; what page/play.mjs answers. `player`: one of its settings. */
export async function play(browser, origin, url, player, seconds) {
  const page = await browser.newPage({ viewport: { width: 800, height: 450 } });
  try {
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(origin);
    await page.waitForFunction('window.ready', null).catch(() => {
      throw new Error(`the page did not start: ${complaints.join('; ')}`);
    });
    return await page.evaluate(([url, seconds, player]) => window.play(url, seconds, player), [url, seconds, player]);
  } finally {
    await page.close();
  }
}

/** Serves the page, hls.js light and the widget's own player settings. */
export async function pageServer(nest, host = '127.0.0.1') {
  const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } };
  const file = (...path) => async () => readFile(join(...path));
  const own = (name) => async () => ts.transpileModule(await readFile(join(ROOT, `cloud/widget/src/app/features/player/${name}.ts`), 'utf8'), options).outputText;
  const script = 'text/javascript';
  const known = {
    '/': ['text/html', file(HERE, 'page/index.html')],
    '/page/play.mjs': [script, file(HERE, 'page/play.mjs')],
    '/lib/clock.mjs': [script, file(HERE, 'lib/clock.mjs')],
    '/hls.mjs': [script, file(ROOT, 'node_modules/hls.js/dist/hls.light.mjs')],
    ...Object.fromEntries(['ahead', 'policies', 'pace', 'penalties', 'slack'].map((name) => [`/${name}.ts`, [script, own(name)]])),
  };
  const server = createServer(async (request, response) => {
    const [type, body] = known[request.url] ?? [];
    if (!body) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type }).end(await body());
  });
  await new Promise((resolve) => server.listen(0, host, resolve));
  nest.atEnd(() => server.closeAllConnections() ?? server.close());
  return `http://${host}:${server.address().port}/`;
}
