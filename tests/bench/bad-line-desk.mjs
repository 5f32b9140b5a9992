// Runs at the near end of the bad line: the cloud, nginx and their publisher, and a browser that is started at the far end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBrowser } from './lib/browser.mjs';
import { goLive, hasSegments, makeShow, register, startCloud } from './lib/cloud.mjs';
import { eventually, median, Nest } from './lib/nest.mjs';
import { startNginx } from './lib/nginx.mjs';
import { pageServer, play } from './glass.mjs';

const { host, chromium, answer, rounds, seconds } = JSON.parse(process.env.BENCH);
const nest = new Nest();
try {
  const cloud = await startCloud(nest, 'cloud', { VITRINE_LISTEN: `${host}:0` });
  const nginx = await startNginx(nest, 'nginx', { host });
  const org = await register(cloud);
  const show = await makeShow(cloud, org);
  const publisher = nest.start('publisher', process.execPath, [join(import.meta.dirname, 'publisher.mjs'), show.publish, nginx.publish]);
  const ours = await goLive(cloud, org, show);
  await eventually('nginx has segments', () => hasSegments(nginx.playlist));
  const browser = await startBrowser(nest, chromium);
  const page = await pageServer(nest, host);
  const plays = { widget: [], behind: [], nginx: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [who, url, player] of [['widget', ours, 'widget'], ['behind', ours, 'behind'], ['nginx', nginx.playlist, 'plain']]) {
      const out = await play(browser, page, url, player, seconds);
      if (!(out.played > seconds / 2)) throw new Error(`${who}: played ${out.played} s of ${seconds}: ${[...new Set(out.errors)].join(', ')}`);
      plays[who].push({ stalls: out.stalls, stood: out.stood, played: out.played, latency: median(out.samples.map((sample) => sample.latency)), errors: out.errors });
      console.log(who, JSON.stringify(plays[who].at(-1)));
    }
    if (publisher.hasEnded) throw new Error(`the publisher ended: ${nest.tail('publisher')}`);
  }
  writeFileSync(answer, JSON.stringify({ plays, version: browser.version() }));
} catch (error) {
  console.error(error.stack ?? error);
  process.exitCode = 1;
} finally {
  await nest.clear();
}
