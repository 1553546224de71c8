// Many workers at the same row. PHP processes race on a real WordPress, on each database: what a claim promises is a
// matter of the database below it, and advisory locks do nothing on the SQLite drop-in.

import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { run } from '../support/shop/run.mjs';
import { until } from '../support/shop/service.mjs';
import { DATABASES, openShop, tally } from './world.mjs';

const WORKERS = 8;

const once = (list) => Object.fromEntries(list.map((one) => [one, 1]));

for (const database of DATABASES) {
  describe(`on ${database}`, () => {
    let world;

    before(async () => {
      // Without a sender nothing leaves the spool, so every capture can be counted.
      world = await openShop({ database, workers: WORKERS, ini: { 'pinrelay.sender': 'off' } });
    });
    after(() => world.close());

    const eventIds = async (orders) => {
      const rows = await world.rows();
      return orders.map((id) => rows.get(id).event_id);
    };
    const heardOf = (word) => world.heard().filter((line) => line.startsWith(word));

    test('of eight first requests one makes the install secret, and all work with it', async () => {
      await world.sql("DELETE FROM wp_options WHERE option_name = 'pinrelay_secret'");
      const secrets = await world.atOnce(WORKERS, 'secret', {}, 'start');
      assert.deepEqual(Object.values(tally(secrets)), [WORKERS]);
    });

    test('of eight requests one has the turn, whether the row is there or not', async () => {
      assert.deepEqual(tally(await world.atOnce(WORKERS, 'claim')), { true: 1, false: WORKERS - 1 });
      assert.deepEqual(tally(await world.atOnce(WORKERS, 'claim')), { false: WORKERS });
      await world.sql("UPDATE wp_options SET option_value = '5' WHERE option_name = 'pinrelay_test'");
      assert.deepEqual(tally(await world.atOnce(WORKERS, 'claim')), { true: 1, false: WORKERS - 1 });
    });

    test('an order that eight webhooks pay at once is accepted once and captured once', async () => {
      const orders = await world.buy(3, { gateway: 'pinrelay_offsite' });
      for (const id of orders) {
        await world.atOnce(WORKERS, 'pay', { id });
      }
      assert.deepEqual(tally(heardOf('accepted')), once(orders.map((id) => `accepted ${id}`)));
      assert.deepEqual(tally(world.captured()), once(await eventIds(orders)));
    });

    test('orders that eight ticks take up at once are captured once', async () => {
      const found = async (type) => (await run('find', [world.shop.paths.spool, '-type', type])).trim().split('\n');
      const [dirs, files] = [await found('d'), await found('f')];
      const mayWrite = async (may) => {
        await Promise.all(dirs.map((dir) => chmod(dir, may ? 0o700 : 0o500)));
        // A segment of a worker that has ended is gone on with.
        await Promise.all(files.map((file) => chmod(file, may ? 0o600 : 0o400).catch(() => {})));
        // A worker that has a segment open could still write to it.
        await world.shop.restart();
      };
      const before = world.captured();
      await mayWrite(false);
      const orders = await world.buy(6);
      const rows = await world.rows();
      await mayWrite(true);
      assert.deepEqual([...new Set(orders.map((id) => rows.get(id).state))], ['pending']);

      await world.atOnce(WORKERS, 'job', { hook: 'pinrelay_tick' });
      assert.deepEqual(tally(world.captured()), once([...before, ...(await eventIds(orders))]));
    });

    test('verdicts that eight ticks read at once settle each order once', async () => {
      await world.shop.php(`
        (new Pinrelay\\Relay([
          'site' => Pinrelay\\WooCommerce\\Site\\Home::address(),
          'spool_dir' => array_key_last(get_option('pinrelay_spool')),
          'ad_account_id' => PINRELAY_AD_ACCOUNT_ID,
          'access_token' => PINRELAY_ACCESS_TOKEN,
          'api_base' => PINRELAY_API_BASE,
          'generation' => get_option('pinrelay_state')['generation'],
        ]))->drain(30);
      `);
      const orders = [...(await world.rows()).keys()];
      assert.equal(orders.length, 9);
      await world.atOnce(WORKERS, 'job', { hook: 'pinrelay_tick' });
      // A step after some response may have been the first to read one.
      await until('the last word', () => heardOf('settled').length >= orders.length);
      assert.deepEqual(tally(heardOf('settled')), once(orders.map((id) => `settled ${id} delivered`)));
      assert.deepEqual(tally(world.delivered()), once(orders));
    });
  });
}
