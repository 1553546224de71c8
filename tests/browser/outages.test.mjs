// Whatever fails behind the shop, a checkout completes as always, and the order
// arrives when the trouble is over.

import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';

import { startStandin } from '../support/pinterest/index.mjs';
import { run } from '../support/shop/run.mjs';
import { openWorld } from './world.mjs';

describe('outages', () => {
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    // The spool exists from the first event on.
    await world.fence();
    world.standin.reset();
  });
  afterEach(() => shopper?.close());
  after(() => world.close());

  async function buy() {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    const [{ id, status }] = await world.orders();
    assert.equal(status, 'processing', 'the checkout went as always');
    return String(id);
  }

  const arrived = (order) =>
    world.seen(({ server }) => server.some(({ event }) => event.custom_data?.order_id === order), 180_000);

  test('with Pinterest away the checkout completes, and the order arrives when it is back', async () => {
    const { port } = world.standin;
    await world.standin.stop();
    const order = await buy();
    world.standin = await startStandin({ port });
    // Back-off ends by itself; a visitor's request is what starts a sender that has given up.
    await world.tick();
    const { server } = await arrived(order);
    assert.equal(server.filter(({ event }) => event.custom_data?.order_id === order).length, 1);
    await world.outboxUntil('a verdict', (rows) => rows.find((row) => row.order_id === order)?.verdict === 'delivered');
  });

  test('with a spool that cannot be written the checkout completes, and the order arrives when it can', async () => {
    const { spool } = world.shop.paths;
    const found = async (type) => (await run('find', [spool, '-type', type])).trim().split('\n');
    const [dirs, files] = [await found('d'), await found('f')];
    await Promise.all(dirs.map((dir) => chmod(dir, 0o500)));
    // A segment of a worker that has ended is gone on with.
    await Promise.all(files.map((file) => chmod(file, 0o400).catch(() => {})));
    // A worker that has a segment open could still write to it.
    await world.shop.restart();
    const order = await buy();
    const row = (await world.outbox()).find((one) => one.order_id === order);
    assert.equal(row.state, 'pending', 'the order waits in the shop');

    await Promise.all(dirs.map((dir) => chmod(dir, 0o700)));
    await Promise.all(files.map((file) => chmod(file, 0o600).catch(() => {})));
    await world.outboxUntil('a verdict', (rows) => rows.find((one) => one.order_id === order)?.verdict === 'delivered');
    await arrived(order);
  });

  test('with Pinterest answering slower than anybody waits the checkout does not wait', async () => {
    world.standin.misbehave({ mode: 'hang', times: 1 });
    await arrived(await buy());
  });
});
