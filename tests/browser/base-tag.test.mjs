// The tag is on every page of the shop, and each visit is told once.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

for (const theme of ['classic', 'block']) {
  const onlyWith = theme === 'block' && needsWooCommerce;

  describe(`the base tag, ${theme} theme`, () => {
    const { before, after, afterEach } = hooksUnless(onlyWith);
    let world;
    let shopper;

    before(async () => {
      world = await openWorld({ theme });
      shopper = await world.shopper();
    });
    afterEach(() => world.standin.reset());
    after(() => world.close());

    const visits = () => world.standin.records().browser.filter((record) => record.api_name === 'page_visit');

    test(`each kind of page tells one visit with an id of its own (${theme} theme)`, { skip: onlyWith }, async () => {
      const paths = ['/', '/shop/', '/product/blue-mug/', world.shop.pages.cart.classic, '/?s=mug&post_type=product'];
      for (const path of paths) {
        await shopper.open(path);
      }
      await world.seen(() => visits().length >= paths.length);
      assert.equal(visits().length, paths.length);
      assert.equal(new Set(visits().map((visit) => visit.event_id)).size, paths.length);
      assert.ok(visits().every((visit) => visit.tag_id !== null));
      const product = visits().find((visit) => visit.location.includes('/product/blue-mug/'));
      assert.equal(String(product.data.line_items[0].product_id), String(world.shop.products['MUG-1']));
      world.assertNothingRefused();
    });

    test(`pages work with Pinterest's library kept away (${theme} theme)`, { skip: onlyWith }, async () => {
      const careful = await world.shopper();
      await careful.context.route(/\/ct\/core\.js/, (route) => route.abort());
      await careful.addByForm('/product/blue-mug/');
      await careful.checkoutClassic();
      assert.deepEqual(careful.errors.map(String), []);
      await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));
      assert.deepEqual(world.standin.records().browser, []);
      await careful.close();
    });
  });
}
