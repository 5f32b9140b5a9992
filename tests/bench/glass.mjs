// From the encoder's clock to the picture in a browser: ours and nginx's, from the same packets.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import ts from 'typescript';
import { goLive, hasSegments, makeShow, program, register, startCloud } from './lib/cloud.mjs';
import { eventually, median, ROUNDS, say } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';

export const names = ['glass_latency_s'];

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const PLAY_S = Number(process.env.VITRINE_BENCH_PLAY_S ?? 24);
/** For a page that opens; generous, as a busy machine is slow and not wrong. */
const PATIENCE_MS = 120_000;
const CHROMIUM = process.env.VITRINE_CHROMIUM ?? '/usr/bin/chromium';

export async function measure(nest) {
  const [cloud, nginx] = [await startCloud(nest), await startNginx(nest)];
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  const publisher = nest.start('publisher', process.execPath, [join(HERE, 'publisher.mjs'), show.publish, nginx.publish]);
  const said = (error) => Object.assign(error, { message: `${error.message}\npublisher: ${nest.tail('publisher')}\ncloud: ${nest.tail('cloud')}` });
  try {
    const ours = await goLive(cloud, org, show);
    await eventually('nginx has segments', () => hasSegments(nginx.playlist));
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      timeout: PATIENCE_MS,
      args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-gpu'],
    });
    nest.atEnd(() => browser.close());
    const page = await pageServer(nest);
    const rounds = { ours: [], peer: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.ours.push(await play(browser, page, ours, true));
      rounds.peer.push(await play(browser, page, nginx.playlist, false));
      if (publisher.hasEnded) throw new Error('the publisher ended');
    }
    return [{
      name: names[0],
      ours: median(rounds.ours),
      peer: { name: 'nginx_hls', value: median(rounds.peer) },
      goal: 2.5,
      rounds,
      how: `${program().build}, Chromium ${browser.version()}`,
    }];
  } catch (error) {
    throw said(error);
  }
}

/** Plays in a page of its own; seconds, the median of the second half. */
export async function play(browser, origin, url, asWidget) {
  const page = await browser.newPage({ viewport: { width: 800, height: 450 } });
  try {
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(origin);
    await page.waitForFunction('window.ready', null).catch(() => {
      throw new Error(`the page did not start: ${complaints.join('; ')}`);
    });
    const out = await page.evaluate(([url, seconds, asWidget]) => window.play(url, seconds, asWidget), [url, PLAY_S, asWidget]);
    const late = out.samples.filter((sample) => sample.at > PLAY_S / 2).map((sample) => sample.latency);
    const who = asWidget ? 'ours' : 'nginx';
    const troubles = out.errors.length ? `, player said: ${[...new Set(out.errors)].join(', ')}` : '';
    if (late.length < (PLAY_S / 2) * 3) throw new Error(`${who}: ${late.length} readings, ${out.unread} unread, after ${out.startup} s${troubles}`);
    say(`${who}: latency ${median(late).toFixed(2)} s (${Math.min(...late).toFixed(2)} to ${Math.max(...late).toFixed(2)}), first picture after ${out.startup.toFixed(1)} s, ${out.height}p, ${late.length} readings, ${out.unread} unread${troubles}`);
    return median(late);
  } finally {
    await page.close();
  }
}

/** Serves the page, hls.js light and the widget's own player settings. */
export async function pageServer(nest) {
  const policies = await readFile(join(ROOT, 'cloud/widget/src/app/features/player/policies.ts'), 'utf8');
  const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } };
  const file = (...path) => async () => readFile(join(...path));
  const script = 'text/javascript';
  const known = {
    '/': ['text/html', file(HERE, 'page/index.html')],
    '/page/play.mjs': [script, file(HERE, 'page/play.mjs')],
    '/lib/clock.mjs': [script, file(HERE, 'lib/clock.mjs')],
    '/hls.mjs': [script, file(ROOT, 'node_modules/hls.js/dist/hls.light.mjs')],
    '/policies.js': [script, async () => ts.transpileModule(policies, options).outputText],
  };
  const server = createServer(async (request, response) => {
    const [type, body] = known[request.url] ?? [];
    if (!body) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type }).end(await body());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  nest.atEnd(() => server.closeAllConnections() ?? server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}
