// A Postgres of the figure's own, whose commits are on the disk before they are answered.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, '../../postgres.sh');

/** Starts one; its address, and its folder, where its socket is. */
export function startPostgres(nest) {
  // A socket's path must be short.
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-pg.'));
  nest.atEnd(async () => execFileSync(SCRIPT, ['stop', folder], { stdio: 'pipe' }));
  const url = execFileSync(SCRIPT, ['start', folder, 'durable'], { encoding: 'utf8' }).trim();
  return { url, folder };
}
