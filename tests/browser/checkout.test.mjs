// A purchase reaches Pinterest once, by both halves, from whichever checkout.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const FLAVOURS = [
  { name: 'the classic checkout', buy: (shopper) => shopper.checkoutClassic() },
  { name: 'the Checkout block', buy: (shopper) => shopper.checkoutBlock(), skip: needsWooCommerce },
  { name: 'a call of the Store API', buy: (shopper) => shopper.checkoutByStoreApi() },
];

for (const theme of ['classic', 'block']) {
  const onlyWith = theme === 'block' && needsWooCommerce;

  describe(`a purchase, ${theme} theme`, () => {
    const { before, after, afterEach } = hooksUnless(onlyWith);
    let world;

    before(async () => {
      world = await openWorld({ theme });
    });
    afterEach(() => {
      world.assertNothingRefused();
      world.standin.reset();
    });
    after(() => world.close());

    for (const { name, buy, skip } of FLAVOURS) {
      test(`${name} gives one conversion with the same facts on both halves (${theme} theme)`, {
        skip: skip || onlyWith,
      }, async () => {
        const shopper = await world.shopper();
        await shopper.addByForm('/product/blue-mug/');
        await buy(shopper);
        const [pair] = await world.matched('checkout');
        const { server, browser } = world.halves(pair.event_id);
        assert.equal(server.length, 1);
        assert.equal(browser.length, 1);

        const [{ id }] = await world.orders();
        assert.equal(server[0].custom_data.order_id, String(id));
        assert.equal(String(browser[0].data.order_id), String(id));
        assert.equal(Number(server[0].custom_data.value), 12.5);
        assert.equal(browser[0].data.value, 12.5);
        assert.equal(server[0].custom_data.currency, 'EUR');
        assert.equal(browser[0].data.currency, 'EUR');
        assert.deepEqual(server[0].custom_data.content_ids, [String(world.shop.products['MUG-1'])]);
        assert.deepEqual(browser[0].partner.em, server[0].user_data.em[0], 'the same hashed e-mail');
        assert.deepEqual(browser[0].partner.external_id, server[0].user_data.external_id[0]);

        const rows = await world.outboxUntil('a verdict', (all) => all.some((row) => Number(row.order_id) === id && row.state === 'settled'));
        const row = rows.find((one) => Number(one.order_id) === id);
        assert.equal(row.verdict, 'delivered');
        assert.equal(row.event_id, pair.event_id);
        await shopper.close();
      });
    }

    test(`reloading the order-received page gives no second conversion (${theme} theme)`, { skip: onlyWith }, async () => {
      const shopper = await world.shopper();
      await shopper.addByForm('/product/blue-mug/');
      await shopper.checkoutClassic();
      await world.matched('checkout');
      for (let i = 0; i < 3; i += 1) {
        await shopper.page.reload({ waitUntil: 'load' });
      }
      await world.fence();
      const [pair] = await world.matched('checkout');
      assert.equal(pair.browser_count, 1);
      assert.equal(pair.server_count, 1);
      await shopper.close();
    });

    test(`a stranger who opens the order-received page tells nothing (${theme} theme)`, { skip: onlyWith }, async () => {
      const shopper = await world.shopper();
      await shopper.addByForm('/product/blue-mug/');
      await shopper.checkoutClassic();
      await world.matched('checkout');
      const stranger = await world.shopper();
      await stranger.open(shopper.page.url());
      assert.equal(await stranger.page.locator('#pinrelay-purchase').count(), 0);
      const [pair] = await world.matched('checkout');
      assert.equal(pair.browser_count, 1);
      await stranger.close();
      await shopper.close();
    });
  });
}
