// The picture in a small window of its own: Document Picture-in-Picture, which only a browser with a screen has.
import { chromium, expect, test } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { demo } from '../demo.ts';
import config from '../playwright.config.ts';
import { pretend } from '../pretended.ts';
import { publicShow, ShopPage, Staff } from '../stage.ts';

const XVFB = '/usr/bin/Xvfb';
let screen: ChildProcess;
let display: string;

test.skip(!existsSync(XVFB), `not installed: ${XVFB}`);
test.beforeAll(async () => {
  screen = spawn(XVFB, ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  display = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Xvfb did not start')), 20_000);
    (screen.stdio[3] as NodeJS.ReadableStream).once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      resolve(`:${chunk.toString().trim()}`);
    });
  });
});
test.afterAll(() => void screen.kill());

/** What the small window shows; null while there is none. Runs in the page. */
function inWindow() {
  const root = (window as unknown as { documentPictureInPicture: { window: Window | null } }).documentPictureInPicture.window?.document.querySelector('div')?.shadowRoot;
  const video = root?.querySelector('video');
  if (!root || !video) return null;
  const screen = video.parentElement!.getBoundingClientRect();
  return { at: video.currentTime, paused: video.paused, width: screen.width, height: screen.height, offer: root.querySelector('[data-calm]') ? '' : (root.querySelector('.offer')?.textContent ?? ''), font: getComputedStyle(root.querySelector('main')!).fontFamily };
}

test('the picture leaves the page with its pin, sells, and comes back', async ({ request }) => {
  const browser = await chromium.launch({ ...config.use?.launchOptions, headless: false, env: { ...process.env, DISPLAY: display } });
  try {
    const shop = await ShopPage.open(await browser.newContext());
    const staff = await Staff.signIn(request);
    const { products } = await publicShow(request);
    await shop.openStage();
    await shop.playing();
    await staff.pin({ kind: 'product', product_id: products[0]!.product_id });
    await shop.inside('.stage').getByRole('button', { name: 'Watch in a small window' }).click();
    await expect.poll(() => shop.page.evaluate(inWindow), { message: 'there is a window' }).not.toBeNull();
    await expect(shop.inside('.stage')).toBeHidden(); // the page is free
    const first = (await shop.page.evaluate(inWindow))!;
    await expect.poll(async () => (await shop.page.evaluate(inWindow))?.at ?? 0, { message: 'it plays on' }).toBeGreaterThan(first.at + 1);
    expect(first.height).toBeGreaterThan(100);
    expect(first.font).toContain('system-ui');
    await expect.poll(async () => (await shop.page.evaluate(inWindow))?.offer, { message: 'the pin is there' }).toContain(products[0]!.title);
    // Its buttons work: the cart is the page's own.
    await shop.page.evaluate(() => {
      const { window: out } = (window as unknown as { documentPictureInPicture: { window: Window } }).documentPictureInPicture;
      const buttons = [...out.document.querySelector('div')!.shadowRoot!.querySelectorAll('button')];
      buttons.find((button) => /^Add/.test(button.getAttribute('aria-label') ?? button.textContent ?? ''))!.click();
    });
    await expect(shop.cartCount()).toHaveText('1');
    if (process.env.VITRINE_STORY_SHOTS) {
      const out = browser.contexts().flatMap((context) => context.pages()).find((page) => page !== shop.page);
      await out?.screenshot({ path: `${process.env.VITRINE_STORY_SHOTS}/window.png` });
    }
    await shop.page.evaluate(() => (window as unknown as { documentPictureInPicture: { window: Window } }).documentPictureInPicture.window.close());
    await expect(shop.inside('.stage.mini')).toBeVisible();
    await shop.playing();
    // A full page load from there keeps the show as any other does.
    await shop.inside('.stage').getByRole('button', { name: 'Watch in a small window' }).click();
    await expect.poll(() => shop.page.evaluate(inWindow)).not.toBeNull();
    await shop.page.goto(`${demo().shop_url}/cart`);
    await expect(shop.inside('.stage.mini')).toBeVisible();
    await shop.playing();
    expect(shop.complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('in the small window too a press buys only what it was aimed at, and a coupon is copied', async () => {
  const show = await pretend('wide');
  const browser = await chromium.launch({ ...config.use?.launchOptions, headless: false, env: { ...process.env, DISPLAY: display } });
  try {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const shop = new ShopPage(await context.newPage());
    await shop.page.goto(show.shopUrl);
    await shop.page.locator('vitrine-show').evaluate((element) => element.setAttribute('lang', 'de'));
    await shop.openStage();
    await shop.playing();
    await show.set({ pin: 1 });
    const opened = context.waitForEvent('page');
    await shop.inside('.stage').getByRole('button', { name: 'In kleinem Fenster ansehen' }).click();
    const out = await opened;
    const offer = out.locator('.offer');
    await expect(offer).toContainText('Canvas bag');
    await expect(out.locator('main')).toHaveAttribute('lang', 'de');
    await expect(out.locator('[data-calm]')).toHaveCount(0);

    // The button is down on one product, and it is another when it is let go; then whatever is pressed in the moment after.
    await offer.getByRole('button', { name: 'In den Warenkorb: Canvas bag' }).hover();
    await out.mouse.down();
    await show.set({ pin: 3 });
    await expect(offer).toContainText('Wool scarf');
    await out.mouse.up();
    const resting = shop.page.evaluate(
      () =>
        new Promise<(string | null)[]>((resolve) => {
          const root = (window as unknown as { documentPictureInPicture: { window: Window } }).documentPictureInPicture.window.document.querySelector('div')!.shadowRoot!;
          const changes = new MutationObserver(() => {
            const buttons = [...root.querySelectorAll<HTMLElement>('[data-calm] [data-for] button')];
            if (buttons.length === 0) return;
            changes.disconnect();
            for (const button of buttons) button.click();
            resolve(buttons.map((button) => button.getAttribute('aria-disabled')));
          });
          changes.observe(root, { subtree: true, attributeFilter: ['data-calm'] });
        }),
    );
    await show.set({ pin: 2 });
    expect(new Set(await resting)).toEqual(new Set(['true']));
    await out.waitForTimeout(800);
    await expect(shop.cartCount()).toHaveText('0');
    await offer.getByRole('button', { name: 'In den Warenkorb: Ceramic mug' }).click();
    await expect(shop.cartCount()).toHaveText('1');

    // A browser refuses the page behind; this one takes every window for the one that is looked at.
    await shop.page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('Document is not focused.', 'NotAllowedError'));
    });
    await show.set({ pin: 'coupon' });
    await expect(out.locator('[data-calm]')).toHaveCount(1);
    await expect(out.locator('[data-calm]')).toHaveCount(0);
    await offer.getByRole('button', { name: 'Code kopieren' }).click();
    await expect(offer).toContainText('Kopiert');
    expect(await out.evaluate(() => navigator.clipboard.readText())).toBe('LIVE10');
    expect(shop.complaints).toEqual([]);
  } finally {
    await browser.close();
    await show.end();
  }
});
