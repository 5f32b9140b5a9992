// Tells a story once for each engine beside Chromium. One that is not installed is a visible skip.
import { expect, test } from '@playwright/test';
import { existsSync } from 'node:fs';
import { FIREFOX, FirefoxTab } from './firefox.ts';
import type { EngineName, Tab } from './tab.ts';
import { miniBrowser, WEBKIT_DRIVER, WebKitTab } from './webkit.ts';

export { expect };
export { KEYS, type Tab } from './tab.ts';

const ENGINES: Record<EngineName, { missing(): string | null; open(): Promise<Tab> }> = {
  firefox: {
    missing: () => (existsSync(FIREFOX) ? null : 'firefox-esr'),
    open: () => FirefoxTab.open(),
  },
  webkit: {
    missing: () => [WEBKIT_DRIVER, '/usr/bin/Xvfb', miniBrowser() ?? 'MiniBrowser'].find((file) => !existsSync(file)) ?? null,
    open: () => WebKitTab.open(),
  },
};

/** One story in each engine, in a fresh tab. `only` leaves engines out, for a reason that the caller says. */
export function inEachEngine(title: string, story: (tab: Tab) => Promise<void>, only: EngineName[] = ['firefox', 'webkit']): void {
  for (const name of only) {
    test(`${title} (${name})`, async ({ browserName: _ }, info) => {
      const missing = ENGINES[name].missing();
      test.skip(missing !== null, `not installed: ${missing}`);
      const tab = await ENGINES[name].open();
      try {
        await story(tab);
      } catch (error) {
        // A browser that hangs gives no picture, and must not hide why.
        const screen = await tab.screenshot().catch(() => undefined);
        if (screen) await info.attach('screen', { body: screen, contentType: 'image/png' });
        throw error;
      } finally {
        await tab.close();
      }
    });
  }
}

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
