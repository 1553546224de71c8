// What counts as an add to the cart, and how many: more of the same, several at once, a group; and what does not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

describe('what counts as an add to the cart', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  const open = async () => {
    shopper = await world.shopper();
    await shopper.open('/product/blue-mug/');
  };
  /** [product id, units] of each add that both halves told, in no order. */
  async function told(count) {
    const pairs = await world.matched('add_to_cart', count);
    return pairs
      .map(({ event_id }) => {
        const [{ custom_data: api }] = world.halves(event_id).server;
        const [{ data: tag }] = world.halves(event_id).browser;
        assert.deepEqual([tag.line_items[0].product_id, tag.order_quantity], [api.content_ids[0], api.num_items]);
        return [api.content_ids[0], api.num_items];
      })
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }
  const mug = () => String(world.shop.products['MUG-1']);
  const add = (id, quantity) => ({
    path: '/wc/store/v1/cart/add-item',
    method: 'POST',
    body: { id: Number(id), quantity },
  });
  async function batch(requests) {
    return shopper.page.evaluate(async (list) => {
      const nonce = (await fetch('/wp-json/wc/store/v1/cart')).headers.get('Nonce');
      const headers = { Nonce: nonce };
      const answer = await fetch('/wp-json/wc/store/v1/batch', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Nonce: nonce },
        body: JSON.stringify({ requests: list.map((request) => ({ ...request, headers })) }),
      });
      return (await answer.json()).responses.map(({ status }) => status);
    }, requests);
  }

  test('more of what is in the cart already, by the Store API, are the units added', { skip: needsWooCommerce }, async () => {
    await open();
    for (const quantity of [2, 3]) {
      const { status } = await shopper.storeApi('/cart/add-item', { id: Number(mug()), quantity });
      assert.equal(status, 201);
    }
    assert.deepEqual(await told(2), [[mug(), 2], [mug(), 3]]);
  });

  test('a batch tells each of its adds, and none that failed', { skip: needsWooCommerce }, async () => {
    await open();
    assert.deepEqual(await batch([add(mug(), 1), add(999999, 1), add(mug(), 4)]), [201, 400, 201]);
    assert.deepEqual(await told(2), [[mug(), 1], [mug(), 4]]);
  });

  test('a change of the quantity in the cart is no add, not even after a failed one', { skip: needsWooCommerce }, async () => {
    await open();
    const { body } = await shopper.storeApi('/cart/add-item', { id: Number(mug()), quantity: 1 });
    const key = body.items[0].key;
    assert.deepEqual(
      await batch([add(999999, 1), { path: '/wc/store/v1/cart/update-item', method: 'POST', body: { key, quantity: 7 } }]),
      [400, 200],
    );
    await world.fence();
    // The fence's own add is the second.
    assert.deepEqual(await told(2), [[mug(), 1], [mug(), 1]]);
  });

  test('more of the same by the form are the units added', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.addByForm('/product/blue-mug/');
    assert.deepEqual(await told(2), [[mug(), 1], [mug(), 1]]);
  });

  test('a link that adds tells one add', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.open(`/shop/?add-to-cart=${mug()}&quantity=2`);
    assert.deepEqual(await told(1), [[mug(), 2]]);
  });

  test("a cart that a payment button only simulates tells nothing", { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.page.evaluate(
      (id) => fetch(`/?wc-ajax=ppc-simulate-cart&add-to-cart=${id}`, { method: 'POST' }).then(() => undefined),
      mug(),
    );
    await world.fence();
    assert.equal(world.pairs('add_to_cart').length, 1, 'only the one that the fence made');
  });
});
