// The events between a visit and a purchase, and those that only the shop's own code sees: each by both halves under one
// id, and none of them a checkout.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { PERSON } from '../support/browser/shopper.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

// What wishlist plugins do after an add, and what a shop's own code may do: /?happens=<action>&with=<JSON arguments>.
const HAPPENS = `<?php
add_action('init', static function (): void {
    if (isset($_GET['happens'])) {
        do_action($_GET['happens'], ...json_decode(wp_unslash($_GET['with']), true));
    }
});
`;

describe('events beside visits, carts and purchases', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    writeFileSync(path.join(world.shop.paths.content, 'mu-plugins/happens.php'), HAPPENS);
    await world.shop.wp('option', 'update', 'woocommerce_enable_myaccount_registration', 'yes');
    await world.tick();
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  const open = async (path = '/product/blue-mug/') => {
    shopper = await world.shopper();
    await shopper.open(path);
  };
  const happens = (action, ...arguments_) =>
    shopper.open(`/?${new URLSearchParams({ happens: action, with: JSON.stringify(arguments_) })}`);
  async function told(name) {
    await world.seen((seen) => seen.browser.some((record) => record.api_name === name));
    await world.tick();
    const [pair] = await world.matched(name);
    const { server, browser } = world.halves(pair.event_id);
    return { server: server[0], tag: browser[0].data };
  }
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const mug = () => world.shop.products['MUG-1'];

  test('an account made on the account page is a signup', { skip: needsWooCommerce }, async () => {
    await open('/my-account/');
    await shopper.page.locator('#reg_email').fill('new.shopper@example.org');
    const password = shopper.page.locator('#reg_password');
    if (await password.count()) {
      await password.fill('a long and quiet word 7!');
    }
    await Promise.all([shopper.page.waitForEvent('load'), shopper.page.locator('[name=register]').click()]);
    const { server } = await told('signup');
    assert.deepEqual(server.user_data.em, [sha256('new.shopper@example.org')]);
  });

  test('an account that the merchant makes is none', { skip: needsWooCommerce }, async () => {
    await open();
    await world.shop.php("wc_create_new_customer('made@example.org', 'made', 'a long and quiet word 7!');");
    await world.fence();
    assert.deepEqual(world.pairs('signup'), []);
  });

  test('who places an order has handed in how he pays, even if the payment fails', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.open(world.shop.pages.checkout.classic);
    await shopper.fillClassic({ ...PERSON, lastName: 'Declined' });
    await shopper.choose('pinrelay_card');
    await shopper.page.locator('#place_order').click();
    await shopper.page.locator('.woocommerce-error').first().waitFor();
    const { server, tag } = await told('add_payment_info');
    assert.equal(server.custom_data.value, '12.50');
    assert.equal(server.custom_data.order_id, undefined);
    assert.deepEqual(server.user_data.em, [sha256(PERSON.email)]);
    assert.deepEqual([tag.value, tag.currency, tag.order_quantity], [12.5, 'EUR', 1]);
    assert.deepEqual(world.pairs('checkout'), []);
  });

  test('so has who orders by the Store API, and the purchase is told beside it', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.addByStoreApi('MUG-1');
    await shopper.checkoutByStoreApi({ gateway: 'cod' });
    const { server } = await told('add_payment_info');
    const [purchase] = await world.matched('checkout');
    assert.notEqual(server.event_id, purchase.event_id);
    assert.deepEqual(world.pairs('initiate_checkout'), [], 'no checkout page was opened');
  });

  test('a search that finds one product is a search, though no results are shown', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.open('/?s=pattern&post_type=product');
    assert.match(shopper.page.url(), /\/product\/pattern-book\//);
    const { server, tag } = await told('search');
    assert.equal(server.custom_data.search_string, 'pattern');
    assert.equal(tag.search_query, undefined, 'a cookie holds no words');
  });

  for (const [plugin, action, argument] of [
    ['YITH', 'yith_wcwl_added_to_wishlist', (id) => [String(id), 1, 0]],
    ['WPC', 'woosw_add', (id) => [id, 'KEY']],
    ['TI', 'tinvwl_product_added', (id) => [{ product_id: id, variation_id: 0 }]],
  ]) {
    test(`a product put on a wishlist of ${plugin} is told`, { skip: needsWooCommerce }, async () => {
      await open();
      await happens(action, ...argument(mug()));
      const { server, tag } = await told('add_to_wishlist');
      assert.deepEqual(server.custom_data.content_ids, [String(mug())]);
      assert.equal(server.custom_data.value, undefined);
      assert.equal(tag.line_items[0].product_id, String(mug()));
    });
  }

  test('a wish that WPC answers with a request to log in is none', { skip: needsWooCommerce }, async () => {
    await open();
    await happens('woosw_add', mug(), '#');
    await world.fence();
    assert.deepEqual(world.pairs('add_to_wishlist'), []);
  });

  test("the shop's own code tells a lead and what it is worth", { skip: needsWooCommerce }, async () => {
    await open();
    await happens('pinrelay_track', 'lead', { lead_type: 'Catalogue', value: '5.00', currency: 'EUR' });
    const { server, tag } = await told('lead');
    assert.deepEqual([server.custom_data.value, server.custom_data.currency], ['5.00', 'EUR']);
    assert.deepEqual([tag.value, tag.currency], [5, 'EUR']);
    assert.equal(server.user_data.client_ip_address, '203.0.113.20');
  });

  test("the shop's own code cannot make up a purchase", { skip: needsWooCommerce }, async () => {
    await open();
    await happens('pinrelay_track', 'checkout', { value: '500.00', currency: 'EUR', order_id: '1' });
    await world.fence();
    assert.deepEqual(world.pairs('checkout'), []);
  });

  for (const name of ['lead', 'subscribe', 'watch_video', 'view_content', 'custom', 'add_to_wishlist', 'signup', 'add_payment_info']) {
    test(`a page's script tells ${name}`, { skip: needsWooCommerce }, async () => {
      await open();
      const id = await shopper.page.evaluate(
        ([event, product]) => window.pinrelay.track(event, { video_title: 'Wheel', product_ids: [product], value: 900 }),
        [name, mug()],
      );
      const { server, tag } = await told(name);
      assert.equal(server.event_id, id);
      assert.deepEqual(server.custom_data.content_ids, [String(mug())]);
      assert.deepEqual([server.custom_data.value, tag.value], [undefined, undefined]);
      assert.equal(tag.video_title, 'Wheel');
    });
  }

  test('each half of an event can be switched off', { skip: needsWooCommerce }, async () => {
    const events = { page_visit: { tag: true, api: false }, lead: { tag: false, api: true }, add_to_cart: { tag: true, api: true } };
    await world.shop.wp('option', 'patch', 'insert', 'pinrelay_settings', 'events', JSON.stringify(events), '--format=json')
      .catch(() => world.shop.wp('option', 'update', 'pinrelay_settings', JSON.stringify({ events }), '--format=json'));
    await world.tick();
    await open();
    await shopper.page.evaluate(() => window.pinrelay.track('lead'));
    await happens('pinrelay_track', 'lead', {});
    await world.seen((seen) => seen.browser.filter(({ api_name }) => api_name === 'page_visit').length === 2);
    await world.fence();
    assert.ok(world.pairs('page_visit').every((pair) => pair.browser && !pair.server));
    assert.equal(world.pairs('lead').length, 2);
    assert.ok(world.pairs('lead').every((pair) => pair.server && !pair.browser));
    await world.shop.wp('option', 'delete', 'pinrelay_settings');
  });
});
