// The peers' published packages, at the locked versions, in the cache.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PEERS = join(import.meta.dirname, '../peers');

/** Installs what is missing; the folder `node_modules` that has them. */
export function installPeers() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'vitrine/bench-peers');
  const lock = join(cache, 'package-lock.json');
  const wanted = readFileSync(join(PEERS, 'package-lock.json'), 'utf8');
  if (!existsSync(join(cache, 'node_modules')) || !existsSync(lock) || readFileSync(lock, 'utf8') !== wanted) {
    mkdirSync(cache, { recursive: true });
    copyFileSync(join(PEERS, 'package.json'), join(cache, 'package.json'));
    copyFileSync(join(PEERS, 'package-lock.json'), lock);
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
      cwd: cache,
      stdio: ['ignore', 2, 2],
      timeout: 300_000,
    });
  }
  return join(cache, 'node_modules');
}
