// The demo: a shop, a shopper and a stand-in of Pinterest. It shows what a
// shop owner would want to see, and says so in target/demo/report.json.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { launchBrowser } from '../support/browser/launch.mjs';
import { newShopper } from '../support/browser/shopper.mjs';
import { extensionFile } from '../support/extension.mjs';
import { startStandin } from '../support/pinterest/index.mjs';
import { startShop } from '../support/shop/shop.mjs';
import { reportOf, table } from './report.mjs';
import { walk } from './walk.mjs';

const REPORT = fileURLToPath(new URL('../../target/demo/report.json', import.meta.url));
const stays = process.stdout.isTTY && !process.env.CI;

const standin = await startStandin();
const shop = await startShop({ extension: extensionFile('release'), standin });
const stop = async () => {
  await shop.stop();
  await standin.stop();
};

let report;
try {
  shop.notes.forEach((note) => console.log(note));
  if (!shop.real) {
    console.log('THIS IS NOT WOOCOMMERCE: THE DEMO RUNS ON A STAND-IN FOR IT.');
  }
  console.log(`WooCommerce ${shop.kind} on ${shop.theme} theme, SQLite, PHP-FPM and nginx at ${shop.url}\n`);

  const browser = await launchBrowser();
  try {
    const shopper = await newShopper(browser, shop);
    report = reportOf(shop.kind, await walk(shopper, shop, standin));
  } finally {
    await browser.close();
  }
  await mkdir(new URL('.', `file://${REPORT}`), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
  console.log(table(report));
  console.log('\nack: milliseconds from the shopper\'s click to Pinterest\'s acknowledgement');
} catch (error) {
  await stop();
  throw error;
}

const missing = report.events.filter((event) => !event.matched);
if (missing.length > 0) {
  console.log(`\n${missing.length} of ${report.events.length} events did not arrive by both the tag and the API.`);
  process.exitCode = 1;
}

if (stays) {
  console.log(`
The shop              ${shop.url}
Its back door         ${shop.url}/wp-admin/admin.php?page=pinrelay   (${shop.admin.user} / ${shop.admin.password})
What Pinterest saw    ${standin.url}
Ctrl-C ends both.`);
  const keepAlive = setInterval(() => {}, 60_000);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      clearInterval(keepAlive);
      stop();
    });
  }
} else {
  await stop();
}
