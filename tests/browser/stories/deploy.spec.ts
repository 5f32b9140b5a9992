// The cloud is replaced under open tabs; and pages whose content security policy allows only what the widget's README asks for.
import { expect, test, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demo } from '../demo.ts';
import { servePages } from '../pages.ts';
import { ShopPage } from '../stage.ts';

const WIDGET = join(import.meta.dirname, '../../../cloud/widget');
let builds: string;

/** Builds the widget as another release would: same words, other names. A label weighs something too, and the budget is held to the byte. */
function release(label: string): string {
  const out = join(builds, label);
  execFileSync(process.execPath, [join(WIDGET, 'scripts/build.mjs')], {
    env: { ...process.env, VITRINE_WIDGET_OUT: out, VITRINE_WIDGET_LABEL: label },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return out;
}

/** Answers `/widget/` from a folder, as the cloud does; the folder can be changed. */
async function serveWidget(page: Page, first: string) {
  const deployed = { folder: first, missing: [] as string[], files: [] as string[] };
  await page.route(`${demo().cloud_url}/widget/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice('/widget/'.length);
    const path = join(deployed.folder, name);
    deployed.files.push(name);
    const cors = { 'access-control-allow-origin': '*' };
    if (!existsSync(path)) {
      deployed.missing.push(name);
      return route.fulfill({ status: 404, headers: { ...cors, 'cache-control': 'no-store' }, body: '{"code":"not_found"}' });
    }
    return route.fulfill({
      headers: { ...cors, 'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' },
      contentType: name.endsWith('.json') ? 'application/json' : 'text/javascript',
      body: readFileSync(path, 'utf8'),
    });
  });
  return deployed;
}

test.beforeAll(() => {
  builds = mkdtempSync(join(tmpdir(), 'vitrine-releases-'));
  for (const label of ['1', '2', '3']) release(label);
});
test.afterAll(() => rmSync(builds, { recursive: true, force: true }));

test('a tab opened before two deploys opens the show all the same', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const deployed = await serveWidget(shop.page, join(builds, '1'));
  await shop.page.goto(demo().shop_url);
  await expect(shop.teaser).toBeVisible();
  deployed.folder = join(builds, '2');
  deployed.folder = join(builds, '3');
  await shop.openStage();
  await shop.playing();
  // The old name was gone, and the shopper saw nothing of it.
  expect(deployed.missing.some((name) => name.startsWith('assets/app-'))).toBe(true);
  expect(deployed.files).toContain('parts.json');
  expect(shop.complaints).toEqual([]);
});

test('an app that is older than the engine plays with it', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const deployed = await serveWidget(shop.page, join(builds, '1'));
  await shop.page.goto(demo().shop_url);
  await shop.teaser.hover(); // the app comes on interest
  await expect.poll(() => deployed.files.some((name) => name.startsWith('assets/app-'))).toBe(true);
  deployed.folder = join(builds, '2');
  await shop.openStage();
  await shop.playing();
  expect(deployed.missing.some((name) => name.startsWith('assets/engine-'))).toBe(true);
});

test('a name that failed in a moment without a network works at the next press', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const deployed = await serveWidget(shop.page, join(builds, '1'));
  await shop.page.goto(demo().shop_url);
  await expect(shop.teaser).toBeVisible();
  deployed.folder = join(builds, 'nothing');
  await shop.teaser.click();
  await expect(shop.inside('.teaser')).toContainText('Press to try again');
  deployed.folder = join(builds, '1');
  await shop.openStage();
  await shop.playing();
});

/** The policy in the widget's README, with the demo's addresses. */
function policy(): string {
  const readme = readFileSync(join(WIDGET, 'README.md'), 'utf8');
  const text = /```text\n(default-src[^`]+)```/.exec(readme)?.[1];
  if (!text) throw new Error("the widget's README has no policy");
  const { host } = new URL(demo().cloud_url);
  return text.replaceAll('https://CLOUD', demo().cloud_url).replaceAll('wss://CLOUD', `ws://${host}`).replaceAll('https://IMAGES', demo().shop_url).replaceAll(/\s+/g, ' ');
}

test("the README's policy is all that the show needs", async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const refused: string[] = [];
  await shop.page.exposeFunction('refused', (what: string) => refused.push(what));
  await shop.page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window as unknown as { refused(what: string): void }).refused(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const body = `<!doctype html><title>Strict</title><script async src="${demo().cloud_url}/widget/vitrine.js"></script><vitrine-show channel="demo"></vitrine-show>`;
  const pages = await servePages({ '/': () => ({ headers: { 'content-security-policy': policy() }, body }) });
  await shop.page.goto(pages.origin);
  await shop.openStage();
  await shop.playing();
  await shop.inside('.stage').getByRole('button', { name: 'Send a heart' }).click();
  expect(refused).toEqual([]);
  // The policy is at work: a script from elsewhere is refused.
  await shop.page.evaluate(() => document.head.append(Object.assign(document.createElement('script'), { src: '/products.json' })));
  await expect.poll(() => refused.length).toBe(1);
  await pages.end();
});

test('a pinned loader is checked by the browser, and its parts are found after deploys', async ({ context }) => {
  const shop = new ShopPage(await context.newPage());
  const pinned = (JSON.parse(readFileSync(join(builds, '1/parts.json'), 'utf8')) as { loader: { file: string; integrity: string } }).loader;
  const deployed = await serveWidget(shop.page, join(builds, '1'));
  const embed = (integrity: string) =>
    `<!doctype html><script async src="${demo().cloud_url}/widget/${pinned.file}" integrity="${integrity}" crossorigin></script><vitrine-show channel="demo"></vitrine-show>`;
  const pages = await servePages({
    '/pinned': () => ({ body: embed(pinned.integrity) }),
    '/forged': () => ({ body: embed(`sha384-${'A'.repeat(64)}`) }),
  });
  await shop.page.goto(`${pages.origin}/forged`);
  await shop.page.waitForLoadState('networkidle');
  expect(await shop.page.evaluate(() => customElements.get('vitrine-show') === undefined)).toBe(true);
  await shop.page.goto(`${pages.origin}/pinned`);
  await expect(shop.teaser).toBeVisible();
  deployed.folder = join(builds, '2');
  await shop.openStage();
  await shop.playing();
  await pages.end();
});
