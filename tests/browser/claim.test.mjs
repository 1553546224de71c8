// The end of a purchase on pages that the plugin has no hand in: reached by a POST from the bank, shown before the
// payment was confirmed, kept by a cache, built by hand. And who gets nothing there. One shop for all of it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { PERSON } from '../support/browser/shopper.mjs';
import { until } from '../support/shop/service.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const PAY_ELSEWHERE = /pay-elsewhere/;
const EMAIL = createHash('sha256').update(PERSON.email).digest('hex');

describe('a page claims its purchase', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;
  /** A page that a cache gives everybody who brings a key, while it is there. */
  let kept;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    const page = { post_name: 'danke', post_content: 'Thank you!', post_type: 'page', post_status: 'publish', post_title: 'Danke' };
    await world.shop.php(`wp_insert_post(json_decode('${JSON.stringify(page)}', true));`);
    kept = join(world.shop.paths.content, 'kept.html');
    const cache = `<?php is_file('${kept}') && isset($_GET['key']) && !isset($_GET['wc-api']) && die(file_get_contents('${kept}'));`;
    await writeFile(join(world.shop.paths.content, 'mu-plugins/0-cache.php'), cache);
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  async function leaveForPayment() {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic({ gateway: 'pinrelay_offsite', to: PAY_ELSEWHERE });
    const { searchParams } = new URL(shopper.page.url());
    const back = searchParams.get('back');
    return { order: Number(searchParams.get('order')), back, key: new URL(back).searchParams.get('key') };
  }
  const pay = (order) => fetch(`${world.shop.url}/?wc-api=pinrelay_offsite&order=${order}&paid=1`);

  /** Statuses of the claims that somebody's pages make. */
  function watch({ page }) {
    const claims = [];
    page.on('response', (response) => /pinrelay(\/v1\/|_)claim/.test(response.url()) && claims.push(response.status()));
    return claims;
  }
  const row = async (id) => (await world.outbox()).find((one) => Number(one.order_id) === id);

  async function assertToldWithKeys() {
    const [pair] = await world.matched('checkout');
    const { browser } = world.halves(pair.event_id);
    assert.deepEqual(browser.map(({ partner }) => partner.em), [EMAIL]);
    assert.deepEqual([pair.browser_count, pair.server_count], [1, 1]);
  }

  test('reached by a POST from the bank, which brings no cookie', { skip: needsWooCommerce }, async () => {
    const { order, back } = await leaveForPayment();
    await pay(order);
    const form = `<form method="post" action="${back}"><input name="result" value="ok"></form><script>document.forms[0].submit()</script>`;
    await shopper.context.route('http://bank.example/**', (route) => route.fulfill({ contentType: 'text/html', body: form }));
    const arrival = shopper.page.waitForRequest((request) => request.method() === 'POST' && request.isNavigationRequest());
    await shopper.page.goto('http://bank.example/3ds', { waitUntil: 'commit' });
    assert.doesNotMatch((await (await arrival).allHeaders()).cookie ?? '', /pinrelay_buyer/);
    await assertToldWithKeys();
  });

  test('shown before a webhook confirmed the payment', { skip: needsWooCommerce }, async () => {
    const { order, back } = await leaveForPayment();
    const claims = watch(shopper);
    await shopper.open(back);
    await until('a claim that came too early', () => claims.length > 0);
    assert.deepEqual([claims[0], (await row(order)).state], [204, 'noted']);
    await pay(order);
    await assertToldWithKeys();
    // The browser's word of an answer may come after what the answer brought about.
    await until('the claim that was answered', () => claims.at(-1) === 200);
    assert.deepEqual(new Set(claims.slice(0, -1)), new Set([204]));
    await until('the report', async () => (await row(order)).browser === 'fired');
    const asked = claims.length;
    await shopper.page.reload();
    await world.seen((seen) => seen.browser.filter(({ api_name }) => api_name === 'page_visit').length > 1);
    assert.equal(claims.length, asked, 'a browser that has told it asks no more');
  });

  test("kept by a cache from another visitor's order", { skip: needsWooCommerce }, async () => {
    const earlier = await leaveForPayment();
    const html = await (await fetch(earlier.back)).text();
    await shopper.close();
    const { order, back } = await leaveForPayment();
    await pay(order);
    await writeFile(kept, html);
    await shopper.open(back).finally(() => rm(kept));
    await assertToldWithKeys();
  });

  const BY_HAND = {
    'an order id and a key': ({ order, key }) => `/danke/?order_id=${order}&key=${key}`,
    'names of its own': ({ order, key }) => `/danke/?wcf-key=${key}&wcf-order=${order}&utm_id=17`,
    'a key alone': ({ key }) => `/danke/?key=${key}`,
    'an endpoint in another language': ({ order, key }) => `/danke/?bestellung-erhalten=${order}&key=${key}`,
  };
  test('built by hand, with whatever its address calls them', { skip: needsWooCommerce }, async () => {
    for (const [what, address] of Object.entries(BY_HAND)) {
      const bought = await leaveForPayment();
      await pay(bought.order);
      await shopper.open(address(bought));
      await assertToldWithKeys().catch((error) => assert.fail(`${what}: ${error.message}`));
      await shopper.close();
      world.standin.reset();
    }
  });

  test('where the order is only paid, nothing is asked', { skip: needsWooCommerce }, async () => {
    const { order, key } = await leaveForPayment();
    const claims = watch(shopper);
    await shopper.open(await world.shop.php(`echo wc_get_order(${order})->get_checkout_payment_url(true);`));
    await shopper.page.waitForFunction(() => window.pinrelayOrder && window.pintrk.recording);
    await shopper.open(`/danke/?key=${key}`);
    await until('a claim of the next page', () => claims.length > 0);
    assert.equal(claims.length, 1);
  });

  /** One claim as a page would make it, with everything about it. */
  const ask = ({ page }, body, options = {}) =>
    page.evaluate(
      async ([body, options]) => {
        const answer = await fetch('/wp-json/pinrelay/v1/claim', { method: 'POST', body: JSON.stringify(body), ...options });
        return { status: answer.status, text: await answer.text(), own: answer.headers.get('x-pinrelay') };
      },
      [body, options],
    );
  const later = (order, seconds) =>
    world.shop.php(`global $wpdb; $wpdb->query("UPDATE {$wpdb->prefix}pinrelay_orders SET event_time = event_time - ${seconds}
      WHERE order_id = ${order}");`);
  const NOTHING = { status: 204, text: '', own: '1' };

  test('everybody who gets nothing gets the same nothing', { skip: needsWooCommerce }, async () => {
    const { order, key } = await leaveForPayment();
    await shopper.open('/');
    const body = { key, ids: [order] };
    const answers = { 'not paid': await ask(shopper, body) };
    await pay(order);
    answers['a wrong key'] = await ask(shopper, { key: `${key}x`, ids: [order] });
    answers['no key'] = await ask(shopper, { ids: [order] });
    answers['not JSON'] = await ask(shopper, body, { body: '{' });
    const foreign = await fetch(`${world.shop.url}/wp-json/pinrelay/v1/claim`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { origin: 'https://elsewhere.example', cookie: 'pinrelay_vid=6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d' },
    });
    answers['another site'] = { status: foreign.status, text: await foreign.text(), own: foreign.headers.get('x-pinrelay') };
    await later(order, 86400);
    answers['a day later'] = await ask(shopper, body);
    assert.deepEqual(answers, Object.fromEntries(Object.keys(answers).map((who) => [who, NOTHING])));
    await later(order, -86400);
    const half = JSON.parse((await ask(shopper, body)).text);
    assert.deepEqual([half.calls[0][1].em, half.calls[1][2].order_id], [EMAIL, String(order)]);
  });
});
