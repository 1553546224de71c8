// Without the extension: the tag alone, one notice for the owner, and accepted
// orders wait in the shop until the extension is there.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { extensionFile } from '../support/extension.mjs';
import { logIn } from '../support/browser/owner.mjs';
import { openWorld, screenshot } from './world.mjs';

describe('without the extension', () => {
  let world;
  let shopper;
  let order;

  before(async () => {
    world = await openWorld({ theme: 'classic', extension: null });
    shopper = await world.shopper();
  });
  after(() => world.close());

  test('the tag tells adds and purchases by itself', async () => {
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await world.seen(({ pairs }) =>
      ['page_visit', 'add_to_cart', 'checkout'].every((name) =>
        pairs.some((pair) => pair.event_name === name && pair.browser),
      ),
    );
    assert.deepEqual(world.standin.records().server, []);
    assert.deepEqual(shopper.errors, []);
    world.assertNothingRefused();
    [{ id: order }] = await world.orders();
  });

  test('the owner is told once, on each page where it matters, what to do', async () => {
    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    await owner.open('/wp-admin/plugins.php');
    const notices = owner.page.locator('.notice', { hasText: /extension/i });
    assert.equal(await notices.count(), 1);
    await screenshot(owner.page, 'notice-without-extension');
    await owner.close();
  });

  test('an accepted order waits, and is sent once the extension is there', async () => {
    const [row] = await world.outbox();
    assert.equal(Number(row.order_id), order);
    assert.equal(row.state, 'pending');

    await world.shop.restart({ extension: extensionFile() });
    await world.outboxUntil('a verdict', (rows) => rows[0].verdict === 'delivered');
    const [pair] = await world.matched('checkout');
    assert.equal(pair.event_id, row.event_id, 'the id that the tag has told already');
    assert.equal(pair.server_count, 1);

    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    await owner.open('/wp-admin/plugins.php');
    assert.equal(await owner.page.locator('.notice', { hasText: /extension/i }).count(), 0);
    await owner.close();
  });
});
