// The recording tag library in a real browser, loaded by a shop on another origin with a base code of our own.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { launchBrowser } from '../support/browser/launch.mjs';
import { shopPage } from './shop-page.mjs';
import { HASH, standinForFile } from './helpers.mjs';

const standin = await standinForFile();

let script = '';
let browser;
let shop;
let context;

before(async () => {
  browser = await launchBrowser();
  shop = await shopPage(() => script);
});
beforeEach(async () => {
  standin.reset();
  if (browser) context = await browser.newContext();
});
afterEach(() => context?.close());
after(async () => {
  await browser?.close();
  await shop?.close();
});

// A queue under pintrk and the library after it, as every base code has them.
function baseCode(calls) {
  return `
    window.results = [];
    window.pintrk = function () { window.pintrk.queue.push([].slice.call(arguments)); };
    window.pintrk.queue = [];
    window.pintrk.version = '3.0';
    var tag = document.createElement('script');
    tag.async = true;
    tag.src = ${JSON.stringify(standin.tagScriptUrl)};
    document.head.appendChild(tag);
    function note(ok, error) { window.results.push([ok, error === undefined ? null : error]); }
    ${calls}`;
}

/** Opens the shop with these calls in its page; resolves once `count` calls have been recorded. */
async function visit(calls, count, { path = '/', cookies = [] } = {}) {
  script = baseCode(calls);
  if (cookies.length > 0) await context.addCookies(cookies.map((cookie) => ({ url: shop.url, ...cookie })));
  const page = await context.newPage();
  await page.goto(`${shop.url}${path}`);
  const { browser: records } = await standin.until((records) => records.browser.length >= count);
  return { page, records };
}

const called = (records) => records.map((record) => [record.command, record.name]);
const cookie = async (name) => (await context.cookies()).find((one) => one.name === name);
const results = (page, count) =>
  page
    .waitForFunction((wanted) => window.results.length >= wanted && window.results, count)
    .then((it) => it.jsonValue());

test('calls queued before the library came are taken over in order', async () => {
  const { records } = await visit(
    `pintrk('load', '2613', {em: '${HASH}'}); pintrk('page');
     pintrk('track', 'checkout', {event_id: 'o-1', value: 35.4, currency: 'EUR', order_quantity: 3}, note);`,
    3,
  );
  assert.deepEqual(called(records), [
    ['load', null],
    ['page', 'init'],
    ['track', 'checkout'],
  ]);
  const [, , track] = records;
  assert.deepEqual(track.data, { event_id: 'o-1', value: 35.4, currency: 'EUR', order_quantity: 3 });
  assert.deepEqual(track.partner, { em: HASH });
  assert.equal(track.api_name, 'checkout');
  assert.equal(track.event_id, 'o-1');
  assert.equal(track.tag_id, '2613');
  assert.equal(track.location, `${shop.url}/`);
  assert.deepEqual(
    records.flatMap((record) => record.faults),
    [],
  );
});

test('the callback of track hears that it went out', async () => {
  const { page } = await visit(`pintrk('load', '2613'); pintrk('track', 'lead', {event_id: 'l'}, note);`, 2);
  assert.deepEqual(await results(page, 1), [[true, null]]);
});

test('calls after the library came are served at once, by a kept stub too', async () => {
  const { page } = await visit(`window.kept = window.pintrk; pintrk('load', '2613');`, 1);
  await page.evaluate(() => {
    window.pintrk('track', 'search', { event_id: 's' });
    window.kept('track', 'lead', { event_id: 'l' });
  });
  const { browser: records } = await standin.until(({ browser }) => browser.length === 3);
  assert.deepEqual(
    records.map((record) => record.event_id),
    [null, 's', 'l'],
  );
});

test('commands are trimmed and compared without case; names are sent as written', async () => {
  const { records } = await visit(`pintrk(' LOAD ', 2613); pintrk('Track', ' AddToCart ', {event_id: 'a'});`, 2);
  assert.deepEqual(called(records), [
    ['load', null],
    ['track', 'AddToCart'],
  ]);
  assert.deepEqual([records[1].api_name, records[1].tag_id], ['add_to_cart', '2613']);
});

test('partner data gathers from load, set and external_id of an event', async () => {
  const { records } = await visit(
    `pintrk('load', '2613', {em: '${HASH}'}); pintrk('set', {ph: '${HASH}'});
     pintrk('track', 'lead', {event_id: 'l', external_id: '${HASH}'}); pintrk('track', 'search', {event_id: 's'});`,
    4,
  );
  assert.deepEqual(
    records.map((record) => Object.keys(record.partner)),
    [['em'], ['em', 'ph'], ['em', 'ph', 'external_id'], ['em', 'ph', 'external_id']],
  );
  assert.deepEqual(records[2].data, { event_id: 'l' });
});

test('a value that is no finished hash is pointed at, and so are other faults', async () => {
  const { records } = await visit(
    `pintrk('load', '2613', {em: 'john.doe@example.com', ph: '${HASH.toUpperCase()}'});
     pintrk('track', 'checkout', {order_quantity: '3', note: ['for john.doe@example.com']});`,
    2,
    { path: '/?email=john.doe%40example.com' },
  );
  const paths = records.map((record) => record.faults.map((fault) => fault.path));
  assert.deepEqual(paths[0], ['partner.em', 'partner.ph', 'location']);
  assert.deepEqual(paths[1], [
    'partner.em',
    'partner.ph',
    'data.note[0]',
    'location',
    'data.event_id',
    'data.order_quantity',
  ]);
});

test('a numeric text as value is sent as a number', async () => {
  const { records } = await visit(
    `pintrk('load', '2613'); pintrk('track', 'lead', {event_id: 'l', value: '12.50'});`,
    2,
  );
  assert.equal(records[1].data.value, 12.5);
});

test('track before load fails and says so', async () => {
  const { page, records } = await visit(`pintrk('track', 'lead', {event_id: 'l'}, note);`, 1);
  assert.deepEqual([records[0].ok, records[0].error], [false, 'track before load']);
  assert.deepEqual(await results(page, 1), [[false, 'track before load']]);
  assert.deepEqual(standin.records().pairs, []);
});

test('a second load is faulted and its tag id counts', async () => {
  const { records } = await visit(
    `pintrk('load', '2613'); pintrk('load', '2614'); pintrk('track', 'lead', {event_id: 'l'});`,
    3,
  );
  assert.match(records[1].faults[0].message, /twice/);
  assert.equal(records[2].tag_id, '2614');
});

test('after a refusal of consent nothing leaves, until consent is given', async () => {
  const { page, records } = await visit(
    `pintrk('setconsent', false); pintrk('load', '2613'); pintrk('page');
     pintrk('track', 'lead', {event_id: 'refused'}, note);
     pintrk('setconsent', 'true'); pintrk('track', 'lead', {event_id: 'given'}, note);`,
    4,
  );
  assert.deepEqual(called(records), [
    ['setconsent', null],
    ['load', null],
    ['setconsent', null],
    ['track', 'lead'],
  ]);
  assert.equal(records[3].event_id, 'given');
  assert.deepEqual(await results(page, 2), [
    [false, 'No consent'],
    [true, null],
  ]);
});

test('anything but true, 1 and "true" is a refusal', async () => {
  const given = ['true', '1', "'true'", 'false', "'1'", "'yes'", 'undefined', 'null'];
  const calls = given.map(
    (value) => `pintrk('setconsent', ${value}); pintrk('track', 'lead', {event_id: "${value}"});`,
  );
  await visit(
    `pintrk('load', '2613'); ${calls.join(' ')}
     pintrk('setconsent', true); pintrk('track', 'lead', {event_id: 'end'});`,
    1,
  );
  const { browser: records } = await standin.until(({ browser }) =>
    browser.some((record) => record.event_id === 'end'),
  );
  const sent = records.filter((record) => record.command === 'track').map((record) => record.event_id);
  assert.deepEqual(sent, ['true', '1', "'true'", 'end']);
});

test('a refusal deletes the click id, whatever the library kept', async () => {
  const cookies = ['_epik', '_derived_epik', '_pin_unauth', 'other'].map((name) => ({ name, value: 'x' }));
  await visit(`pintrk('setconsent', false);`, 1, { cookies });
  assert.deepEqual(
    (await context.cookies()).map((one) => one.name),
    ['other'],
  );
});

test('the click id of the address beats the cookie and is kept for a year', async () => {
  const calls = `pintrk('load', '2613'); pintrk('page');`;
  await visit(calls, 2, { path: '/?epik=from-address', cookies: [{ name: '_epik', value: 'from-cookie' }] });
  const kept = await cookie('_epik');
  assert.equal(kept.value, 'from-address');
  assert.ok(kept.expires > Date.now() / 1000 + 364 * 86400);
});

test('fp_cookie: false keeps the library from writing cookies', async () => {
  await visit(`pintrk('load', '2613', {fp_cookie: false}); pintrk('page');`, 2, { path: '/?epik=from-address' });
  assert.equal(await cookie('_epik'), undefined);
});

test('a call right before the page is left still arrives', async () => {
  const { page } = await visit(`pintrk('load', '2613');`, 1);
  script = '';
  await page.evaluate(() => {
    window.pintrk('track', 'initiatecheckout', { event_id: 'leaving' });
    window.location.href = '/next';
  });
  await standin.until(({ browser }) => browser.some((record) => record.event_id === 'leaving'));
});

test('the library loaded twice records each call once', async () => {
  const { page } = await visit(`pintrk('load', '2613');`, 1);
  await page.addScriptTag({ url: standin.tagScriptUrl });
  await page.evaluate(() => window.pintrk('track', 'lead', { event_id: 'l' }));
  const { browser: records } = await standin.until(({ browser }) => browser.some((record) => record.event_id === 'l'));
  assert.deepEqual(called(records), [
    ['load', null],
    ['track', 'lead'],
  ]);
});

test('a report that is none is refused', async () => {
  const response = await fetch(`${standin.url}/ct/record`, { method: 'POST', body: '{"calls":[{}]}' });
  assert.equal(response.status, 400);
  assert.deepEqual(standin.records().browser, []);
});
