// Pages of a shop that a story writes itself, on an origin of their own.
import { createServer } from 'node:http';

export interface PageAnswer {
  headers?: Record<string, string>;
  body: string;
}

/**
 * Serves pages by path until `end()`. Not by Playwright's routes: a page that is made up there has no network address,
 * and Chromium keeps such a page away from servers on this machine.
 */
export async function servePages(pages: Record<string, (path: string) => PageAnswer>): Promise<{ origin: string; end(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    const answer = pages[path]?.(path);
    response.writeHead(answer ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', ...answer?.headers });
    response.end(answer?.body ?? 'no such page');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  return {
    origin: `http://localhost:${typeof address === 'object' && address ? address.port : 0}`,
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
