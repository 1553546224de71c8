// Which Chromium to drive: PINRELAY_CHROMIUM, the system's, or the one that
// playwright-core downloaded. As a command: prints it, or fails where there is none.
// The one that is made for running without a screen comes first: a page of a shop
// costs it a third of the CPU time.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

// Ubuntu's /usr/bin/chromium-browser is a door to a snap, so it is not asked for.
const WHOLE = ['chromium', 'google-chrome-stable', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const WITHOUT_SCREEN = '/usr/bin/chromium-headless-shell';

const firstOf = (files) => files.find((file) => file && existsSync(file));

export function findChromium() {
  const found = firstOf([process.env.PINRELAY_CHROMIUM, WITHOUT_SCREEN, ...WHOLE, chromium.executablePath()]);
  if (!found) {
    throw new Error('no Chromium found; set PINRELAY_CHROMIUM to one');
  }
  return found;
}

/** One with all that people's browsers do, such as prerendering; null where there is none. */
export const findWholeChromium = () => firstOf([...WHOLE, chromium.executablePath()]) ?? null;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(findChromium());
}
