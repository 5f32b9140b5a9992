// The shop page plays in the engines that shoppers have beside Chromium.
import { demo } from '../demo.ts';
import { expect, inEachEngine, type Tab } from './engines.ts';

/** Where the picture is, in seconds; 0 while there is none. */
export function pictureAt(tab: Tab): Promise<number> {
  return tab.evaluate(() => document.querySelector('vitrine-show')?.shadowRoot?.querySelector('video')?.currentTime ?? 0);
}

/** Waits until the picture moves. */
export async function playing(tab: Tab): Promise<void> {
  await expect.poll(() => pictureAt(tab), { message: 'the picture starts', timeout: 60_000 }).toBeGreaterThan(0);
  const before = await pictureAt(tab);
  await expect.poll(() => pictureAt(tab), { message: 'the picture moves on' }).toBeGreaterThan(before + 1);
}

inEachEngine('a shopper opens the show and sees it move', async (tab) => {
  await tab.goto(`${demo().shop_url}/`);
  await tab.click('vitrine-show >> .teaser .open');
  await playing(tab);
});
