// Tells a story once for each engine beside Chromium. One that is not installed is a visible skip.
import { test } from '@playwright/test';
import { existsSync } from 'node:fs';
import { FIREFOX, FirefoxTab } from './firefox.ts';
import type { EngineName, Tab } from './tab.ts';
import { miniBrowser, WEBKIT_DRIVER, WebKitTab } from './webkit.ts';

export { expect } from '@playwright/test';
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
        await info.attach('screen', { body: await tab.screenshot(), contentType: 'image/png' }).catch(() => undefined);
        throw error;
      } finally {
        await tab.close();
      }
    });
  }
}
