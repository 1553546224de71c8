// What a page shows is told by both halves under one id: a visit, a category, a search, a checkout begun. The id is born
// in the browser, and the server half takes the way that does not boot WordPress.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

for (const theme of ['classic', 'block']) {
  const onlyWith = theme === 'block' && needsWooCommerce;

  describe(`what a page shows, ${theme} theme`, () => {
    const { before, after, afterEach } = hooksUnless(onlyWith);
    let world;
    let shopper;
    let doors;

    before(async () => {
      world = await openWorld({ theme });
      // The settings page does it in a shop that has no visitors yet.
      await world.tick();
      shopper = await world.shopper();
      shopper.page.on('request', (request) => /\/collect(\.php)?(\?|$)/.test(request.url()) && doors.push(new URL(request.url()).pathname));
    });
    afterEach(() => {
      world.assertNothingRefused();
      world.standin.reset();
    });
    after(() => world.close());

    /** Opens a page and gives both halves of its one event of this name. */
    async function told(path, name) {
      doors = [];
      await shopper.open(path);
      await world.seen((seen) => seen.browser.some((record) => record.api_name === name));
      // A process without WordPress captures and never sends.
      await world.tick();
      const [pair] = await world.matched(name);
      const { server, browser } = world.halves(pair.event_id);
      assert.equal(doors.length, 1);
      assert.match(doors[0], /\/plugins\/pinrelay\/collect\.php$/);
      return { server: server[0], tag: browser[0].data, browser: browser[0] };
    }

    test(`a product's page tells the product, by both halves (${theme} theme)`, { skip: onlyWith }, async () => {
      const { server, tag } = await told('/product/blue-mug/?utm_source=pinterest&key=wc_order_x', 'page_visit');
      const id = String(world.shop.products['MUG-1']);
      assert.deepEqual(server.custom_data.content_ids, [id]);
      assert.equal(server.custom_data.contents[0].item_price, '12.50');
      assert.equal(tag.line_items[0].product_id, id);
      assert.equal(tag.line_items[0].product_price, 12.5);
      assert.equal(server.event_source_url, `${world.shop.url}/product/blue-mug/?utm_source=pinterest`);
      assert.equal(server.language, 'en');
      const keys = server.user_data;
      assert.equal(keys.client_ip_address, '203.0.113.20');
      assert.match(keys.client_user_agent, /Chrome/);
      assert.equal(keys.external_id.length, 1);
    });

    test(`both halves of a visit know the browser by the same id (${theme} theme)`, { skip: onlyWith }, async () => {
      const { server, browser } = await told('/', 'page_visit');
      assert.deepEqual(server.user_data.external_id, [browser.partner.external_id]);
    });

    test(`the click on an ad is told with the visit that it led to (${theme} theme)`, { skip: onlyWith }, async () => {
      const { server } = await told('/product/blue-mug/?epik=dj0yJnU9', 'page_visit');
      assert.equal(server.user_data.click_id, 'dj0yJnU9');
    });

    for (const [path, category] of [['/product-category/uncategorized/', 'Uncategorized'], ['/shop/', 'Shop']]) {
      test(`${path} tells its category (${theme} theme)`, { skip: needsWooCommerce }, async () => {
        const { server, tag } = await told(path, 'view_category');
        assert.equal(server.custom_data.content_category, category);
        assert.deepEqual(tag.line_items, [{ product_category: category }]);
      });
    }

    test(`a search for products tells what was looked for, and no category (${theme} theme)`, { skip: onlyWith }, async () => {
      const { server, tag } = await told('/?s=e&post_type=product', 'search');
      assert.equal(server.custom_data.search_string, 'e');
      assert.equal(tag.search_query, 'e');
      assert.deepEqual(world.pairs('view_category'), []);
      assert.ok(!JSON.stringify(server.event_source_url).includes('s=e'));
    });

    test(`a search of the blog is no search for products (${theme} theme)`, { skip: onlyWith }, async () => {
      await told('/?s=hello', 'page_visit');
      assert.deepEqual(world.pairs('search'), []);
    });

    test(`the ${theme} checkout page tells what is in the cart, once, and no checkout`, { skip: needsWooCommerce }, async () => {
      await shopper.open('/product/blue-mug/');
      await shopper.addByStoreApi('MUG-1');
      const { server, tag } = await told(world.shop.pages.checkout[theme], 'initiate_checkout');
      assert.equal(server.custom_data.value, '12.50');
      assert.equal(server.custom_data.currency, 'EUR');
      assert.equal(server.custom_data.num_items, 1);
      assert.deepEqual([tag.value, tag.order_quantity], [12.5, 1]);
      await shopper.page.reload();
      await world.seen((seen) => seen.browser.filter((record) => record.api_name === 'page_visit').length === 3);
      await world.tick();
      await world.matched('initiate_checkout');
      assert.deepEqual(world.pairs('checkout'), []);
    });
  });
}
