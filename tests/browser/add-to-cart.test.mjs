// An add to the cart reaches Pinterest once, by both halves, whatever button did it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

/** What both halves of an add must say, given the product as Pinterest knows it. */
function assertAdd(world, pair, { id, price, quantity = 1 }) {
  const { server, browser } = world.halves(pair.event_id);
  assert.equal(server.length, 1);
  assert.equal(browser.length, 1);
  const { custom_data: api } = server[0];
  assert.deepEqual(api.content_ids, [String(id)]);
  assert.equal(api.currency, 'EUR');
  assert.equal(Number(api.value), price * quantity);
  assert.equal(api.num_items, quantity);
  const tag = browser[0].data;
  assert.equal(tag.value, price * quantity);
  assert.equal(tag.currency, 'EUR');
  assert.equal(tag.order_quantity, quantity);
  assert.equal(String(tag.line_items[0].product_id), String(id));
}

for (const theme of ['classic', 'block']) {
  const onlyWith = theme === 'block' && needsWooCommerce;

  describe(`an add to the cart, ${theme} theme`, () => {
    const { before, after, afterEach } = hooksUnless(onlyWith);
    let world;
    let shopper;

    before(async () => {
      world = await openWorld({ theme });
      shopper = await world.shopper();
    });
    afterEach(() => {
      world.assertNothingRefused();
      world.standin.reset();
    });
    after(() => world.close());

    test(`the product form carries one id on both halves (${theme} theme)`, { skip: onlyWith }, async () => {
      await shopper.addByForm('/product/blue-mug/');
      const [pair] = await world.matched('add_to_cart');
      assertAdd(world, pair, { id: world.shop.products['MUG-1'], price: 12.5 });
    });

    test(`a variation is named by its own id (${theme} theme)`, { skip: needsWooCommerce }, async () => {
      await shopper.addByForm('/product/vase/', { choice: 'Large' });
      const [pair] = await world.matched('add_to_cart');
      assertAdd(world, pair, { id: world.shop.products['VASE-Large'], price: 35 });
    });

    test(`a call of the Store API carries one id on both halves (${theme} theme)`, { skip: onlyWith }, async () => {
      await shopper.open('/product/blue-mug/');
      const answer = await shopper.addByStoreApi('MUG-1');
      assert.equal(answer.status, 201);
      const [pair] = await world.matched('add_to_cart');
      assertAdd(world, pair, { id: world.shop.products['MUG-1'], price: 12.5 });
    });

    if (theme === 'classic') {
      test('the button of a classic list (wc-ajax) carries one id on both halves', async () => {
        await shopper.addByAjax('MUG-1');
        const [pair] = await world.matched('add_to_cart');
        assertAdd(world, pair, { id: world.shop.products['MUG-1'], price: 12.5 });
      });

      test('an add that sends the shopper to the cart is still told by both halves', async () => {
        await world.shop.wp('option', 'update', 'woocommerce_cart_redirect_after_add', 'yes');
        await shopper.addByForm('/product/blue-mug/');
        const [pair] = await world.matched('add_to_cart');
        await world.shop.wp('option', 'update', 'woocommerce_cart_redirect_after_add', 'no');
        assertAdd(world, pair, { id: world.shop.products['MUG-1'], price: 12.5 });
      });

      test('an add that WooCommerce refuses is not told', async () => {
        await shopper.open('/product/blue-mug/');
        const answer = await shopper.storeApi('/cart/add-item', { id: 999999, quantity: 1 });
        assert.ok(answer.status >= 400);
        await world.fence();
        assert.equal(world.pairs('add_to_cart').length, 1, 'only the one that the fence made');
      });
    } else {
      test('the button of the product collection block carries one id on both halves', { skip: onlyWith }, async () => {
        await shopper.addByBlockButton(world.shop.products['MUG-1']);
        const [pair] = await world.matched('add_to_cart');
        assertAdd(world, pair, { id: world.shop.products['MUG-1'], price: 12.5 });
      });
    }

    test(`a reload of the page does not tell an add again (${theme} theme)`, { skip: onlyWith }, async () => {
      await shopper.open('/product/blue-mug/');
      await shopper.addByStoreApi('MUG-1');
      await world.matched('add_to_cart');
      await shopper.page.reload();
      await shopper.page.reload();
      await shopper.open('/shop/');
      const [pair] = await world.matched('add_to_cart');
      assert.equal(pair.browser_count, 1);
      assert.equal(pair.server_count, 1);
    });
  });
}
