// A headless Chromium for tests and the demo.

import { chromium } from 'playwright-core';
import { findChromium } from './find.mjs';

/** As people's browsers call themselves: one that says it is headless is a bot to the plugin. */
export const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

/** Nothing but the shop and the stand-in: both are on the loopback. */
export const FLAGS = [
  `--user-agent=${USER_AGENT}`,
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/** No test waits for time to pass; this only ends one that hangs. */
export const GUARD_MS = 60_000;

export function launchBrowser() {
  return chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: FLAGS,
  });
}
