// Pages that nobody looks at yet: opened in the background, or gone and come back by the browser's own buttons.
import { test } from '@playwright/test';
import { servePages } from '../pages.ts';
import { pretend, type Pretended } from '../pretended.ts';
import { expect, inEachEngine, type Tab } from './engines.ts';

/** Much sooner than the element asks the cloud by itself. */
const AT_ONCE_MS = 3_000;

let show: Pretended;
let pages: Awaited<ReturnType<typeof servePages>>;
test.beforeAll(async () => {
  show = await pretend('wide');
  const body = (head = '') => () => ({
    body: `<!doctype html><title>Shop</title>${head}<script async src="${show.cloudUrl}/widget/vitrine.js"></script><vitrine-show channel="demo"></vitrine-show>`,
  });
  pages = await servePages({
    '/': body(),
    '/next': body(),
    '/background': body(`<script>(${background.toString()})()</script>`),
    '/asleep': body(`<script>(${background.toString()})();(${asleep.toString()})()</script>`),
  });
});
test.afterAll(async () => {
  await pages.end();
  await show.end();
});

/** What a browser says of a tab in the background, until `look()`. Runs before all else in the page. */
function background(): void {
  const set = (state: string) => Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
  set('hidden');
  Object.assign(window, {
    look() {
      set('visible');
      document.dispatchEvent(new Event('visibilitychange'));
    },
  });
}
/** While nobody looks the network sleeps too. */
function asleep(): void {
  const real = window.fetch;
  window.fetch = (...of) => (document.visibilityState === 'hidden' ? Promise.reject(new TypeError('asleep')) : real(...of));
}

const look = (tab: Tab) => tab.evaluate(() => (window as unknown as { look(): void }).look());
const teaser = (tab: Tab) => tab.evaluate(() => document.querySelector('vitrine-show')?.shadowRoot?.querySelector('.teaser .title')?.textContent ?? '');
const hasTeaser = (tab: Tab, message: string) => expect.poll(() => teaser(tab), { message, timeout: AT_ONCE_MS }).toBe('Autumn drop, live from the studio');

inEachEngine('a tab that was opened in the background has its teaser when it is looked at', async (tab) => {
  await tab.goto(`${pages.origin}/background`);
  await hasTeaser(tab, 'nobody has to look');
  await look(tab);
  await hasTeaser(tab, 'it stays');
  await tab.goto(`${pages.origin}/asleep`);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await teaser(tab)).toBe('');
  await look(tab);
  await hasTeaser(tab, 'as soon as it can be asked for');
});

inEachEngine('a page that the browser goes back or forward to has its teaser at once', async (tab) => {
  await tab.goto(`${pages.origin}/`);
  await hasTeaser(tab, 'the first page');
  await tab.evaluate(() => void Object.assign(window, { marked: true }));
  await tab.goto(`${pages.origin}/next`);
  await hasTeaser(tab, 'the next page');
  const at = (path: string) => expect.poll(() => tab.evaluate(() => location.pathname)).toBe(path);
  await tab.back();
  await at('/');
  await hasTeaser(tab, 'back');
  test.info().annotations.push({ type: 'back', description: (await tab.evaluate(() => 'marked' in window)) ? 'from the back-forward cache' : 'from the network' });
  await tab.forward();
  await at('/next');
  await hasTeaser(tab, 'forward');
});
