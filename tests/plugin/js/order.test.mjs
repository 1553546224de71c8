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
    assert.deepEqual([body.key, body.ids, Object.keys(body).sort()], [KEY.key, [71, 5], ['ids', 'key']]);
  });

  test('knows the key that a shop makes otherwise, and takes no other word for one', async () => {
    await open({ tab: 'wc_reviews', order_key: 'wc_2026-eb54c4fa' });
    await posted(CLAIM);
    assert.equal(posts(CLAIM)[0].body.key, 'wc_2026-eb54c4fa');
  });

  test('is made seven times within two minutes, and no more', async () => {
    await scene.context.route(/core\.js/, (route) => route.abort());
    // Waits that are over at once, and how long they would have been.
    await scene.context.addInitScript(() => {
      const real = window.setTimeout;
      window.waits = [];
      window.setTimeout = (work, milliseconds = 0) => {
        window.waits.push(milliseconds);
        return real(work, 0);
      };
    });
    const page = await open(KEY);
    await posted(CLAIM, 7);
    await page.evaluate(() => fetch('/add'));
    const waits = await page.evaluate(() => window.waits);
    assert.equal(waits.length, 7, 'none is left');
    assert.ok(waits.reduce((sum, wait) => sum + wait, 0) <= 120_000, `${waits}`);
    assert.ok(waits.every((wait, at) => at === 0 || wait > waits[at - 1]), `${waits}`);
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
    // Never answered: the visitor is quicker.
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
