// When a purchase is one: by the owner's rule for each payment method, and once,
// however often and from wherever the payment is reported.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { PERSON } from '../support/browser/shopper.mjs';
import { openWorld } from './world.mjs';

const PAY_ELSEWHERE = /pay-elsewhere/;

describe('payment', () => {
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
  });
  afterEach(async () => {
    await shopper?.close();
    world.assertNothingRefused();
    world.standin.reset();
  });
  after(() => world.close());

  const webhook = (order, paid = 1) =>
    fetch(`${world.shop.url}/?wc-api=pinrelay_offsite&order=${order}&paid=${paid}`).then((answer) =>
      assert.equal(answer.status, 200),
    );

  /** Leaves a shopper at the off-site payment page. */
  async function leaveForPayment() {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic({ gateway: 'pinrelay_offsite', to: PAY_ELSEWHERE });
    const { searchParams } = new URL(shopper.page.url());
    return { order: Number(searchParams.get('order')), back: searchParams.get('back') };
  }

  test('a webhook that races the order-received page gives one conversion', async () => {
    const { order, back } = await leaveForPayment();
    await Promise.all([webhook(order), webhook(order), shopper.open(back)]);
    // The page may have been made before the payment arrived; the buyer looks again.
    await shopper.page.reload({ waitUntil: 'load' });
    await world.matched('checkout');
    await world.fence();
    const [pair] = await world.matched('checkout');
    assert.equal(pair.server_count, 1);
    assert.equal(pair.browser_count, 1);
  });

  test('a webhook alone gives the server half, with the shopper known from the checkout', async () => {
    const { order } = await leaveForPayment();
    await webhook(order);
    const seen = await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));
    const { event } = seen.server.find((one) => one.event_name === 'checkout');
    const agent = await shopper.page.evaluate(() => navigator.userAgent);
    assert.equal(event.user_data.client_user_agent, agent, 'the shopper, not the caller of the webhook');
  });

  test('an order that is not paid yet is not told when its shopper comes back', async () => {
    const { back } = await leaveForPayment();
    await shopper.open(back);
    await world.fence();
    assert.deepEqual(world.pairs('checkout'), []);
  });

  test('cash on delivery is a purchase when placed', async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic({ gateway: 'cod' });
    await world.matched('checkout');
  });

  test('a bank transfer is a purchase when the merchant confirms it, not before', async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic({ gateway: 'bacs' });
    await world.fence();
    assert.deepEqual(world.pairs('checkout'), [], 'placed, not paid');

    const [{ id, status }] = await world.orders();
    assert.equal(status, 'on-hold');
    await world.shop.php(`wc_get_order(${id})->update_status('processing');`);
    await world.tick();
    const { server } = await world.seen((seen) => seen.server.some((one) => one.event_name === 'checkout'));
    assert.equal(server.find((one) => one.event_name === 'checkout').event.custom_data.order_id, String(id));
    // The buyer looks at the order again, within the day: the browser half follows.
    await shopper.page.reload({ waitUntil: 'load' });
    await world.matched('checkout');
  });

  test('an order that fails first and is paid then is told once', async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.open(world.shop.pages.checkout.classic);
    await shopper.fillClassic({ ...PERSON, lastName: 'Declined' });
    await shopper.choose('pinrelay_card');
    await shopper.page.locator('#place_order').click();
    await shopper.page.getByText('The test card was declined.').first().waitFor();
    const [{ id, status }] = await world.orders();
    assert.equal(status, 'failed');

    await shopper.fillClassic(PERSON);
    await shopper.choose('pinrelay_card');
    await shopper.placeClassic();
    assert.equal((await world.orders())[0].id, id, 'the same order');
    await world.matched('checkout');
    await world.fence();
    const [pair] = await world.matched('checkout');
    assert.equal(pair.server_count, 1);
    assert.equal(pair.browser_count, 1);
  });
});
