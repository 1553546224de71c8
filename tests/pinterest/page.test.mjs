// The web page as a person sees it: rows, verdicts, refusals, and hostile values as mere text.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser } from '../support/browser/launch.mjs';
import { checkout, postEvents, standinForFile } from './helpers.mjs';

const standin = await standinForFile();

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

function tagReports(name, data) {
  const call = { command: 'track', name, data, partner: {}, tag_id: '2613', ok: true };
  return fetch(`${standin.url}/ct/record`, { method: 'POST', body: JSON.stringify({ calls: [call] }) });
}

const rows = (page, id) =>
  page.$$eval(`#${id} tr`, (found) => found.map((row) => [...row.children].map((cell) => cell.innerText.trim())));

test('the page shows both halves, the verdict and refusals, and follows what arrives', async () => {
  const page = await browser.newPage();
  await page.goto(standin.url);
  await page.waitForFunction(() => document.getElementById('summary').textContent.startsWith('0 events'));

  await tagReports('checkout', { event_id: 'order-1001' });
  await postEvents(standin, [checkout()]);
  await tagReports('lead', { event_id: 'alone' });
  await postEvents(standin, [checkout({ language: 'english' })]);
  await page.waitForFunction(() => document.getElementById('summary').textContent.includes('1 request refused'));

  assert.equal(await page.textContent('#summary'), '2 events, 1 matched; 1 request refused');
  const events = await rows(page, 'events');
  const verdicts = Object.fromEntries(events.map((row) => [row[1], row[4]]));
  assert.match(verdicts['order-1001'], /✓ matched/);
  assert.match(verdicts.alone, /✗ not matched/);
  assert.equal(events.find((row) => row[1] === 'alone')[3], 'not received');
  const [refused] = await rows(page, 'refused');
  assert.deepEqual([refused[1], refused[2]], ['400', '1']);
  assert.match(refused[3], /language: 'english' does not match/);
  await page.close();
});

test('a hostile value is shown as text and runs nothing', async () => {
  standin.reset();
  const hostile = '<img src=x onerror="window.harmed=true"><script>window.harmed=true</script>';
  await tagReports('checkout', { event_id: hostile });
  await tagReports(hostile, { event_id: 'h', note: hostile });
  await postEvents(standin, [checkout({ event_id: hostile })]);
  const page = await browser.newPage();
  await page.goto(standin.url);
  await page.waitForFunction(() => document.querySelectorAll('#events tr').length === 2);
  assert.ok((await rows(page, 'events')).some((row) => row[1] === hostile));
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  assert.equal(await page.$('main img'), null);
  await page.close();
});

test('an opened detail stays open when new records come', async () => {
  standin.reset();
  await postEvents(standin, [checkout()]);
  const page = await browser.newPage();
  await page.goto(standin.url);
  await page.click('#events summary');
  await postEvents(standin, [checkout({ event_id: 'another' })]);
  await page.waitForFunction(() => document.querySelectorAll('#events tr').length === 2);
  assert.match(await page.textContent('#events details[open] pre'), /"event_id": "order-1001"/);
  await page.close();
});

test('the page may load nothing but its own files', async () => {
  const response = await fetch(standin.url);
  assert.match(response.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self'/);
});
