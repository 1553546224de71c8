// Shops whose host or security plugin closes one of our entrances, or both: what shoppers tell takes the other, and
// what is lost is counted.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

/** As the plugins do it that close REST to guests. */
const CLOSED = `<?php add_filter('rest_authentication_errors', static fn ($result) => is_user_logged_in() ? $result
    : new WP_Error('rest_not_logged_in', 'You are not logged in.', ['status' => 401]));`;

describe('where REST is closed to guests', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    await writeFile(join(world.shop.paths.content, 'mu-plugins/closed.php'), CLOSED);
    await world.shop.php(`update_option('pinrelay_settings', ['consent' => 'filter']);`);
    await world.tick();
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper?.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  async function agreesAndBuys() {
    shopper = await world.shopper();
    await shopper.open('/product/blue-mug/');
    await shopper.page.evaluate(() => window.pinrelay.consent(true));
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    return (await world.orders())[0].id;
  }
  const rowUntil = (what, id, probe) =>
    world.outboxUntil(what, (rows) => rows.some((row) => Number(row.order_id) === id && probe(row)));

  test('the purchase is claimed, and what became of it is known', { skip: needsWooCommerce }, async () => {
    const id = await agreesAndBuys();
    await world.matched('checkout');
    await rowUntil('the report', id, ({ browser }) => browser === 'fired');
    assert.deepEqual(shopper.errors.map(String), []);
  });

  test('consent taken back stops the order that is not sent yet', { skip: needsWooCommerce }, async () => {
    world.standin.misbehave({ mode: '503' });
    const id = await agreesAndBuys();
    const answered = shopper.page.waitForResponse((response) => /collect\.php/.test(response.url()) && /visitor/.test(response.request().postData()));
    await shopper.page.evaluate(() => window.pinrelay.consent(false));
    assert.equal((await answered).status(), 204);
    await rowUntil('the order to be taken back', id, ({ consent }) => consent === 'refused');
    world.standin.misbehave({ mode: 'ok' });
    world.standin.reset();
    await rowUntil('its end', id, ({ state }) => state === 'settled');
    assert.deepEqual(world.pairs('checkout').filter((pair) => pair.server_count > 0), []);
  });

  test('a banner that loads the page anew at once takes nothing of it away', { skip: needsWooCommerce }, async () => {
    world.standin.misbehave({ mode: '503' });
    const id = await agreesAndBuys();
    // The first request is the last of that page.
    await shopper.context.route(/pinrelay\/v1\/consent|collect\.php/, (route) => route.abort());
    await shopper.page.evaluate(() => window.pinrelay.consent(false));
    await shopper.context.unroute(/pinrelay\/v1\/consent|collect\.php/);
    await shopper.page.reload();
    await rowUntil('the order to be taken back', id, ({ consent }) => consent === 'refused');
    world.standin.misbehave({ mode: 'ok' });
    world.standin.reset();
    await rowUntil('its end', id, ({ state }) => state === 'settled');
  });
});
