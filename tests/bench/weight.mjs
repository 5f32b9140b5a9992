// What the widget weighs on a shop's page.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { say } from './lib/nest.mjs';
import { installPeers } from './lib/peers.mjs';

export const names = ['widget_loader_kb_gzip', 'widget_all_kb_gzip'];

const ROOT = join(import.meta.dirname, '../..');
const WIDGET = join(ROOT, 'cloud/widget/dist');

const weigh = (path) => gzipSync(readFileSync(path), { level: 9 }).length / 1_000;
const sum = (paths) => paths.reduce((all, path) => all + weigh(path), 0);

export async function measure() {
  if (!existsSync(join(WIDGET, 'vitrine.js'))) {
    execFileSync('npm', ['run', '--silent', '-w', 'cloud/widget', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  }
  const loader = join(WIDGET, 'vitrine.js');
  const assets = readdirSync(join(WIDGET, 'assets'));
  const ours = assets.filter((name) => !/^(engine|words)-/.test(name)).map((name) => join(WIDGET, 'assets', name));
  if (ours.length === assets.length) throw new Error(`no video engine of its own among ${assets.join(', ')}`);

  const peers = installPeers();
  const facade = ['lite-yt-embed.js', 'lite-yt-embed.css'].map((name) => join(peers, 'lite-youtube-embed/src', name));
  const controls = join(peers, 'media-chrome/dist/iife/index.js');
  const version = (name) => JSON.parse(readFileSync(join(peers, name, 'package.json'), 'utf8')).version;
  say(`widget: ${ours.length + 1} files of ours, engine ${sum(assets.filter((name) => name.startsWith('engine-')).map((name) => join(WIDGET, 'assets', name))).toFixed(1)} KB`);
  return [
    {
      name: 'widget_loader_kb_gzip',
      ours: weigh(loader),
      peer: { name: 'lite-youtube-embed', value: sum(facade) },
      goal: 8,
      how: `lite-youtube-embed ${version('lite-youtube-embed')}`,
    },
    {
      name: 'widget_all_kb_gzip',
      ours: sum([loader, ...ours]),
      peer: { name: 'media-chrome', value: weigh(controls) },
      goal: 60,
      how: `media-chrome ${version('media-chrome')}`,
    },
  ];
}
