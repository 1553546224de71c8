// The shop learns what became of a purchase's browser half, and only from the buyer's own page.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { until } from '../support/shop/service.mjs';
import { openWorld } from './world.mjs';

describe("what became of a purchase's browser half", () => {
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.standin.reset();
  });

  async function buys(prepare = async () => {}) {
    shopper = await world.shopper();
    await prepare(shopper.context);
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    return Number(shopper.page.url().match(/order-received[/=](\d+)/)[1]);
  }
  const word = (orderId, wanted) =>
    until(`${wanted} of order ${orderId}`, async () => {
      const row = (await world.outbox()).find(({ order_id: id }) => Number(id) === orderId);
      return row?.browser === wanted;
    });

  test('fired, once Pinterest has taken it', async () => {
    const order = await buys();
    await word(order, 'fired');
  });

  test('blocked, where something keeps the library away, and the server half goes all the same', async () => {
    const order = await buys((context) => context.route(/core\.js/, (route) => route.abort()));
    await word(order, 'blocked');
    await world.seen((seen) => seen.server.some((record) => record.event_name === 'checkout'));
    assert.deepEqual(shopper.errors.map(String), []);
    assert.deepEqual(world.standin.records().browser, []);
  });

  test('nobody but that page can tell', async () => {
    const isReport = (request) => /pinrelay\/v1\/browser/.test(request.url()) || /"browser":/.test(request.postData() ?? '');
    const order = await buys((context) =>
      context.route(/pinrelay/, (route) => (isReport(route.request()) ? route.abort() : route.fallback())),
    );
    await world.seen((seen) => seen.browser.some((record) => record.api_name === 'checkout'));
    for (const token of [`${order}.${'0'.repeat(64)}`, `${order}`, '']) {
      const answer = await fetch(`${world.shop.url}/wp-json/pinrelay/v1/browser`, {
        method: 'POST',
        body: JSON.stringify({ token, browser: 'fired' }),
      });
      assert.equal(answer.status, 403);
    }
    assert.equal((await world.outbox()).find(({ order_id: id }) => Number(id) === order).browser, '');
  });
});
