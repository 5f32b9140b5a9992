// The studio's page over its own fake world: no demo, no media, so several of them at once.
import { defineConfig } from '@playwright/test';
import stories from './playwright.config.ts';

const { globalSetup: _demo, ...plain } = stories;

export default defineConfig({
  ...plain,
  projects: [{ name: 'studio', testDir: 'studio' }],
  outputDir: '../../test-results/studio',
  workers: 2,
  fullyParallel: true,
});
