// A classic shop, where every link loads a whole page; in the engines beside Chromium.
import { test } from '@playwright/test';
import { demo } from '../demo.ts';
import { expect, inEachEngine, KEYS, pictureAt, playing, type Tab } from './engines.ts';

/** What is drawn inside the element. */
function drawn(tab: Tab): Promise<'corner' | 'stage' | 'teaser' | 'nothing'> {
  return tab.evaluate(() => {
    const root = document.querySelector('vitrine-show')?.shadowRoot;
    if (root?.querySelector('.stage.mini')) return 'corner';
    if (root?.querySelector('.stage')) return 'stage';
    return root?.querySelector('.teaser') ? 'teaser' : 'nothing';
  });
}

const asksForPress = (tab: Tab) => tab.evaluate(() => Boolean(document.querySelector('vitrine-show')?.shadowRoot?.querySelector('.stage.mini .big')));

/**
 * The show is in the corner. Where the browser wants a press for any picture, as WebKit does of a new page here, the
 * corner asks for it.
 */
async function back(tab: Tab): Promise<void> {
  await expect.poll(() => drawn(tab), { message: 'the show is in the corner', timeout: 10_000 }).toBe('corner');
  const before = await pictureAt(tab);
  const asked = async () => {
    if (tab.engine === 'webkit' && (await asksForPress(tab))) return 'asks';
    return (await pictureAt(tab)) > before ? 'plays' : 'neither';
  };
  await expect.poll(asked, { message: 'it plays, or asks for a press' }).not.toBe('neither');
  if (await asksForPress(tab)) await tab.click('vitrine-show >> .stage.mini .big');
  await playing(tab);
}

/** A page of another time, or one that comes from the back-forward cache. */
const mark = (tab: Tab) => tab.evaluate(() => void Object.assign(window, { marked: true }));
const marked = (tab: Tab) => tab.evaluate(() => 'marked' in window);

inEachEngine('the show goes on after a full load, and back and forward', async (tab) => {
  await tab.goto(`${demo().shop_url}/?classic`);
  await tab.click('vitrine-show >> .teaser .open');
  await playing(tab);
  await tab.press(KEYS.escape);
  await expect.poll(() => drawn(tab)).toBe('corner');
  await mark(tab);
  await tab.click('header a[href="/cart"]');
  await expect.poll(() => tab.evaluate(() => document.querySelector('h1')?.textContent ?? '')).toBe('Your cart');
  expect(await marked(tab), 'it is another page').toBe(false);
  await back(tab);
  await tab.reload();
  await back(tab);
  await tab.back();
  await expect.poll(() => tab.evaluate(() => location.pathname)).toBe('/');
  await back(tab);
  test.info().annotations.push({ type: 'back', description: (await marked(tab)) ? 'from the back-forward cache' : 'from the network' });
  await tab.forward();
  await expect.poll(() => tab.evaluate(() => location.pathname)).toBe('/cart');
  await back(tab);
});

inEachEngine('a tab that nobody looks at has its teaser, and plays when it is looked at', async (tab) => {
  await tab.goto(`${demo().shop_url}/`);
  await expect.poll(() => drawn(tab)).toBe('teaser');
  // As a browser says it of a tab in the background.
  await tab.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.querySelector('vitrine-show')?.remove();
    const show = document.createElement('vitrine-show');
    show.setAttribute('channel', 'demo');
    show.toggleAttribute('open', true);
    document.body.append(show);
  });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await drawn(tab)).toBe('nothing');
  await tab.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => drawn(tab)).toBe('stage');
});
