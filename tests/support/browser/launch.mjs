// A headless Chromium for tests and the demo.

import { chromium } from 'playwright-core';
import { findChromium } from './find.mjs';

/** No test waits for time to pass; this only ends one that hangs. */
export const GUARD_MS = 60_000;

export function launchBrowser() {
  return chromium.launch({
    executablePath: findChromium(),
    headless: true,
    // Nothing but the shop and the stand-in: both are on the loopback.
    args: ['--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
}
