// The studio's page in a plain browser: its own fake backend stands in for the desk, so that every state is one address away.
import { test as base, type Page } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const dist = join(import.meta.dirname, '../../../studio-ui/dist');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

function serve(): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const file = join(dist, path === '/' ? 'index.html' : path);
    if (!file.startsWith(dist) || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve({ server, address: `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}` });
    });
  });
}

export const test = base.extend<{ studio: (query?: string, latencyMs?: number) => Promise<Page> }, { address: string }>({
  address: [
    async ({ browserName: _ }, use) => {
      const { server, address } = await serve();
      await use(address);
      server.close();
    },
    { scope: 'worker' },
  ],
  /** Opens the page with the fake world that `query` describes (`studio-ui/src/lib/ipc/fake/options.ts`). */
  studio: async ({ page, address }, use) => {
    await use(async (query = '', latencyMs = 0) => {
      await page.goto(`${address}/?${query}&latency=${latencyMs}`);
      // The page loads its world after itself.
      await page.waitForFunction(() => 'fake' in window);
      return page;
    });
  },
});
export { expect } from '@playwright/test';
