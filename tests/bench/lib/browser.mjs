// Debian's Chromium as a shopper's: plays by itself, draws in software.
import { chromium } from 'playwright-core';

/** For a page that opens; generous, as a busy machine is slow and not wrong. */
export const PATIENCE_MS = 120_000;

/** Starts it; it ends with the nest. */
export async function startBrowser(nest, executablePath = process.env.VITRINE_CHROMIUM ?? '/usr/bin/chromium') {
  const browser = await chromium.launch({
    executablePath,
    timeout: PATIENCE_MS,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-gpu'],
  });
  nest.atEnd(() => browser.close());
  return browser;
}
