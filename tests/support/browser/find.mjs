// Which Chromium to drive: PINRELAY_CHROMIUM, the system's, or the one that
// playwright-core downloaded. As a command: prints it, or fails where there is none.
// The one that is made for running without a screen comes first: a page of a shop
// costs it a third of the CPU time.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

// Ubuntu's /usr/bin/chromium-browser is a door to a snap, so it is not asked for.
const SYSTEM = ['chromium-headless-shell', 'chromium', 'google-chrome-stable', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
);

export function findChromium() {
  const candidates = [process.env.PINRELAY_CHROMIUM, ...SYSTEM, chromium.executablePath()];
  const found = candidates.find((file) => file && existsSync(file));
  if (!found) {
    throw new Error('no Chromium found; set PINRELAY_CHROMIUM to one');
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(findChromium());
}
