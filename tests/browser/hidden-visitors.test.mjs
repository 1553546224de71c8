// A shop behind a proxy that nobody told it of, as containers and load balancers make one: it sees one private address
// in the place of every shopper's. What is lost to that is counted, and the owner is told what would help.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { logIn } from '../support/browser/owner.mjs';
import { openWorld } from './world.mjs';

describe('a shop behind a proxy that it does not know of', () => {
  let world;

  before(async () => {
    world = await openWorld({ theme: 'classic', hidden: true });
    await world.tick();
  });
  after(() => world.close());

  const visit = async () => {
    const shopper = await world.shopper();
    const answered = shopper.page.waitForResponse((response) => response.url().includes('collect.php'));
    await shopper.open('/product/blue-mug/');
    assert.equal((await answered).status(), 204);
    assert.deepEqual(shopper.errors.map(String), []);
    await shopper.close();
  };

  test('a visit is dropped, counted by its reason, and a notice names the header that would help', async () => {
    await visit();
    await visit();
    const status = JSON.parse(await world.shop.wp('pinrelay', 'status', '--format=json'));
    assert.equal(world.standin.records().server.length, 0);
    const { count, by } = status.dropped.private_address;
    assert.deepEqual([count, by], [2, { 'X-Forwarded-For': 2 }]);

    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    const notice = owner.page.locator('.notice-error', { hasText: 'Visits are dropped' });
    assert.match(await notice.innerText(), /private address.*X-Forwarded-For/s);
    await owner.close();
    world.standin.reset();
  });

  test('once the header is named in the settings, visits are told', async () => {
    await world.shop.php(`update_option('pinrelay_settings', ['trusted_headers' => ['X-Forwarded-For']]);`);
    await visit();
    await world.collected('page_visit');
    const [{ event }] = world.standin.records().server;
    assert.equal(event.user_data.client_ip_address, '203.0.113.20');
    world.assertNothingRefused();
  });
});
