// Stories in Debian's Chromium, and a few in Firefox and WebKitGTK (engines/), against a running demo; the studio's page needs none (studio.config.ts). `VITRINE_SHOP_URL` names one that runs already;
// without it demo.ts starts `vitrine-cloud demo` on free ports and ends it afterwards.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  projects: [
    { name: 'stories', testDir: 'stories' },
    { name: 'engines', testDir: 'engines' },
  ],
  outputDir: '../../test-results/browser',
  globalSetup: './demo.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 180_000,
  // Real media on a shared machine: a story that a busy moment broke is told again, and named as flaky.
  retries: process.env.CI ? 2 : 0,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    actionTimeout: 40_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.VITRINE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
