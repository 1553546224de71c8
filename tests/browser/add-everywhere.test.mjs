// The ways into the cart that remain: groups, redirects, blocks with options, quantities; and adds that fail.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const GROUP = `
$set = new WC_Product_Grouped();
$set->set_props(['name' => 'Set', 'slug' => 'set', 'status' => 'publish']);
$set->set_children([wc_get_product_id_by_sku('MUG-1'), wc_get_product_id_by_sku('BOOK-1')]);
echo $set->save();
`;
/** A page whose product has the block "Add to Cart + Options". */
const withOptions = (slug) => `
$id = get_page_by_path('${slug}', OBJECT, 'product')->ID;
wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_name' => 'options-${slug}',
    'post_title' => 'Options', 'post_content' => '<!-- wp:woocommerce/single-product {"productId":' . $id . '} -->'
    . '<div class="wp-block-woocommerce-single-product"><!-- wp:woocommerce/add-to-cart-with-options /--></div>'
    . '<!-- /wp:woocommerce/single-product -->']);
`;

for (const theme of ['classic', 'block']) {
  describe(`ways into the cart, ${theme} theme`, () => {
    const { before, after, afterEach } = hooksUnless(needsWooCommerce);
    let world;
    let shopper;

    before(async () => {
      world = await openWorld({ theme });
      await world.shop.php(GROUP);
      if (theme === 'block') {
        for (const slug of ['blue-mug', 'vase', 'set']) {
          await world.shop.php(withOptions(slug));
        }
      }
    });
    after(() => world.close());
    afterEach(async () => {
      await shopper.close();
      world.assertNothingRefused();
      world.standin.reset();
    });

    const open = async (path) => {
      shopper = await world.shopper();
      await shopper.open(path);
    };
    /** [SKU, units] of each add that both halves told, in no order. */
    async function told(count) {
      const skus = Object.fromEntries(Object.entries(world.shop.products).map(([sku, id]) => [String(id), sku]));
      const pairs = await world.matched('add_to_cart', count);
      return pairs
        .map(({ event_id }) => {
          const { server, browser } = world.halves(event_id);
          assert.deepEqual([server.length, browser.length], [1, 1]);
          const [{ custom_data: api }] = server;
          const [{ data: tag }] = browser;
          assert.deepEqual([String(tag.line_items[0].product_id), tag.order_quantity], [api.content_ids[0], api.num_items]);
          return [skus[api.content_ids[0]], api.num_items];
        })
        .sort();
    }
    const press = (selector) =>
      Promise.all([shopper.page.waitForEvent('load'), shopper.page.locator(selector).first().click()]);
    const only = { skip: needsWooCommerce };

    test(`a group tells each of its products that was chosen (${theme} theme)`, only, async () => {
      await open('/product/set/');
      const fields = shopper.page.locator('form.cart input.qty');
      await fields.nth(0).fill('2');
      await fields.nth(1).fill('1');
      await press('form.cart .single_add_to_cart_button');
      assert.deepEqual(await told(2), [['BOOK-1', 1], ['MUG-1', 2]]);
    });

    test(`several units by the form are one add (${theme} theme)`, only, async () => {
      await open('/product/blue-mug/');
      await shopper.page.locator('form.cart input.qty').fill('3');
      await press('form.cart .single_add_to_cart_button');
      assert.deepEqual(await told(1), [['MUG-1', 3]]);
    });

    test(`a variation that was not chosen is no add (${theme} theme)`, only, async () => {
      await open('/product/vase/');
      const form = { 'add-to-cart': String(world.shop.products.VASE), product_id: String(world.shop.products.VASE), variation_id: '0' };
      const answer = await shopper.context.request.post(`${world.shop.url}/product/vase/`, { form });
      assert.equal(answer.status(), 200);
      await world.fence();
      assert.deepEqual(await told(1), [['MUG-1', 1]], 'only the one that the fence made');
    });

    if (theme === 'classic') {
      test('a list that sends shoppers to the cart tells its add there', only, async () => {
        await world.shop.wp('option', 'update', 'woocommerce_cart_redirect_after_add', 'yes');
        await open('/shop/');
        await Promise.all([
          shopper.page.waitForURL(/cart/),
          shopper.page.locator('a.ajax_add_to_cart[data-product_sku="MUG-1"]').click(),
        ]);
        assert.deepEqual(await told(1), [['MUG-1', 1]]);
        assert.match(world.standin.records().browser.find(({ api_name }) => api_name === 'add_to_cart').location, /cart/);
      });

      test('a form that sends shoppers to the cart tells its variation there', only, async () => {
        await open('/shop/');
        await shopper.addByForm('/product/vase/', { choice: 'Small' });
        assert.deepEqual(await told(1), [['VASE-Small', 1]]);
        await world.shop.wp('option', 'update', 'woocommerce_cart_redirect_after_add', 'no');
      });

      test('a list whose add fails tells nothing', only, async () => {
        await open('/shop/');
        const answer = await shopper.page.evaluate((id) => {
          const body = new URLSearchParams({ product_id: id, quantity: '1' });
          return fetch('/?wc-ajax=add_to_cart', { method: 'POST', body }).then((response) => response.json());
        }, world.shop.products.VASE);
        assert.equal(answer.error, true);
        await world.fence();
        assert.deepEqual(await told(1), [['MUG-1', 1]], 'only the one that the fence made');
      });
    } else {
      const form = () => shopper.page.locator('form.wp-block-add-to-cart-with-options');
      const pressInBlock = () => Promise.all([
        shopper.page.waitForResponse((answer) => /\/wc\/store\/v1\/(batch|cart)/.test(answer.url()) && answer.request().method() === 'POST'),
        form().locator('.single_add_to_cart_button:not(.disabled)').click(),
      ]);

      test('the block with options tells a simple product and how many', only, async () => {
        await open('/options-blue-mug/');
        await form().getByRole('button', { name: 'Increase quantity' }).click();
        await pressInBlock();
        assert.deepEqual(await told(1), [['MUG-1', 2]]);
      });

      test('the block with options tells the variation that was chosen', only, async () => {
        await open('/options-vase/');
        await form().getByRole('radio', { name: 'Large' }).click();
        await pressInBlock();
        assert.deepEqual(await told(1), [['VASE-Large', 1]]);
      });

      test('the block with options tells each product of a group, by one batch', only, async () => {
        await open('/options-set/');
        for (const more of await form().getByRole('button', { name: 'Increase quantity' }).all()) {
          await more.click();
        }
        await pressInBlock();
        assert.deepEqual(await told(2), [['BOOK-1', 1], ['MUG-1', 1]]);
      });

      test('a button of blocks that sends shoppers to the cart is a link, and tells its add', only, async () => {
        await world.shop.wp('option', 'update', 'woocommerce_cart_redirect_after_add', 'yes');
        await open('/shop/');
        await Promise.all([
          shopper.page.waitForURL(/cart/),
          shopper.page.locator('li.product', { hasText: 'Blue mug' }).locator('.add_to_cart_button').click(),
        ]);
        assert.deepEqual(await told(1), [['MUG-1', 1]]);
        await world.shop.wp('option', 'update', 'woocommerce_cart_redirect_after_add', 'no');
      });
    }
  });
}
