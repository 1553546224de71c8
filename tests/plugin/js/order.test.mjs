// assets/order.js: how a page claims its purchase, how often, and where it does not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { setScene } from './scene.mjs';
import { pageOf, purchase } from './storefront.mjs';

const CLAIM = '/claim';
const AJAX = '/ajax-claim';
const KEY = { key: 'wc_order_nobody' };

describe('the claim of a purchase', () => {
  const scene = setScene();
  const { open, calls, seen, posts, posted, fence } = scene;

  test('is made with the key and the numbers of the address, and with nothing else', async () => {
    await open({ ...KEY, step: 'b2', utm_id: '5' }, '/kasse/bestellung-erhalten/71/');
    await posted(CLAIM);
    const [{ body }] = posts(CLAIM);
    assert.deepEqual([body.key, body.ids, Object.keys(body).sort()], [KEY.key, [71, 5], ['agrees', 'ids', 'key']]);
  });

  test('knows the key that a shop makes otherwise, and takes no other word for one', async () => {
    await open({ tab: 'wc_reviews', order_key: 'wc_2026-eb54c4fa' });
    await posted(CLAIM);
    assert.equal(posts(CLAIM)[0].body.key, 'wc_2026-eb54c4fa');
  });

  test('is made seven times within two minutes, and no more', async () => {
    const page = await scene.context.newPage();
    await page.clock.install();
    await page.goto(scene.address(KEY));
    await posted(CLAIM);
    // Seconds to the next try, as the page's clock goes.
    const waits = [];
    while (waits.length < 6) {
      let seconds = 0;
      while (posts(CLAIM).length < waits.length + 2 && seconds < 200) {
        await page.clock.runFor(1000);
        seconds += 1;
        // The timer fires before the request has left.
        await page.evaluate(() => fetch('/add'));
      }
      waits.push(seconds);
    }
    assert.equal(posts(CLAIM).length, 7);
    const all = waits.reduce((sum, seconds) => sum + seconds, 0);
    assert.ok(all <= 120, `${waits}`);
    await page.clock.runFor(600_000);
    await page.evaluate(() => fetch('/add'));
    assert.equal(posts(CLAIM).length, 7);
  });

  for (const status of [401, 403, 404, 200, 500]) {
    test(`goes by WooCommerce's way for scripts where REST's answer ${status} is not ours`, async () => {
      scene.storefront.answers[CLAIM] = status;
      await open(pageOf(purchase()));
      await seen('checkout');
      assert.equal(posts(AJAX).length, 1);
    });
  }

  const PAY = {
    'an order that waits for its payment': [{ ...KEY, pay_for_order: 'true' }, '/kasse/zahlen/71/'],
    'the endpoint in another language': [KEY, '/kasse/zahlen/71/'],
    'the endpoint as WooCommerce calls it': [KEY, '/checkout/order-pay/71/'],
    'plain permalinks': [{ ...KEY, 'order-pay': '71' }, '/'],
  };
  test('is not made where an order is only paid', async () => {
    for (const [what, [wish, path]] of Object.entries(PAY)) {
      const page = await open(wish, path);
      await page.waitForFunction(() => window.pinrelayOrder);
      await fence(page);
      assert.deepEqual(posts(CLAIM), [], what);
    }
  });

  test('may be made again until Pinterest has it: a page that was left too soon', async () => {
    const library = /core\.js/;
    // Never answered: the shopper is quicker.
    await scene.context.route(library, () => {});
    const wish = pageOf(purchase());
    const page = await scene.context.newPage();
    await page.goto(scene.address(wish), { waitUntil: 'commit' });
    await posted(CLAIM);
    await page.waitForFunction(() => window.pintrk.queue.some(([, name]) => name === 'checkout'));
    await page.close();
    await scene.context.unroute(library);
    await open(wish);
    await seen('checkout');
    await posted('/browser');
    assert.deepEqual(posts('/browser').map(({ body }) => body.browser), ['fired']);
  });

  test('is not made by a page without a key', async () => {
    const page = await open({ order: '71' }, '/checkout/order-received/71/');
    await fence(page);
    assert.deepEqual([posts(CLAIM), await page.evaluate(() => typeof window.pinrelayOrder)], [[], 'undefined']);
  });

  test('waits for consent', async () => {
    const wish = { ...pageOf(purchase()), consent: 'filter' };
    const page = await open(wish);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    assert.deepEqual(posts(CLAIM), []);
    await page.evaluate(() => window.pinrelay.consent(true));
    await seen('checkout');
    assert.equal(calls('checkout').length, 1);
  });
});
