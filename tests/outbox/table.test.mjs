// The outbox's table is gone, as after a dropped table or a database that was put back without it: it is made anew, and
// where the database forbids that, the shop sells on and its owner is told.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { DATABASES, openShop, pinrelay } from './world.mjs';

/** Stands for a database user who may make no tables. */
const FORBIDDEN = `<?php
add_filter('query', static fn ($sql) => preg_match('/^\\s*(CREATE|ALTER) TABLE.*pinrelay_orders/i', (string) $sql)
    ? 'SELECT forbidden FROM no_such_table' : $sql);`;

/** A page of the admin area, as its owner sees it. */
async function asOwner(shop, page) {
  const { headers } = await fetch(`${shop.url}/wp-login.php`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: 'wordpress_test_cookie=WP+Cookie+check' },
    body: new URLSearchParams({ log: shop.admin.user, pwd: shop.admin.password, testcookie: '1' }),
  });
  const cookies = headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const answer = await fetch(`${shop.url}/wp-admin/${page}`, { headers: { Cookie: cookies } });
  return { status: answer.status, text: await answer.text() };
}

for (const database of DATABASES) {
  describe(`the outbox's table on ${database}`, () => {
    let world;
    const drop = () => world.shop.php(`$GLOBALS['wpdb']->query('DROP TABLE wp_pinrelay_orders');`);

    before(async () => {
      world = await openShop({ database });
    });
    after(() => world.close());

    test(`a table that is gone is made by the order that needs it, and the order is told (${database})`, async () => {
      await drop();
      const [id] = await world.buy();
      await world.allSettled();
      assert.deepEqual(world.delivered(), [id]);
    });

    test(`a table of the version before is brought up to date, with the orders that wait in it (${database})`, async () => {
      const [id] = await world.buy();
      await world.allSettled();
      await world.shop.php(`
        global $wpdb;
        $wpdb->query('ALTER TABLE wp_pinrelay_orders DROP COLUMN event');
        $wpdb->query('ALTER TABLE wp_pinrelay_orders DROP INDEX due_at');
        $wpdb->query('ALTER TABLE wp_pinrelay_orders DROP COLUMN due_at');
        $wpdb->query("UPDATE wp_pinrelay_orders SET state = 'pending', verdict = '' WHERE order_id = ${id}");
        $state = get_option('pinrelay_state');
        update_option('pinrelay_state', ['db_version' => 1] + $state);`);
      await world.allSettled();
      assert.equal((await world.rows()).get(id).verdict, 'delivered');
      assert.equal(await world.shop.php(`echo get_option('pinrelay_state')['db_version'];`), '2');
    });

    test(`where no table may be made the shop sells on, and its owner is told (${database})`, async () => {
      const forbidden = path.join(world.shop.paths.content, 'mu-plugins/forbidden.php');
      await writeFile(forbidden, FORBIDDEN);
      await drop();
      const [id] = await world.buy();
      assert.ok(id > 0);
      const settings = await asOwner(world.shop, 'admin.php?page=pinrelay');
      assert.equal(settings.status, 200);
      assert.match(settings.text, /id="pinrelay-tag_id"/);
      assert.match(settings.text, /does not let Pinrelay make its table/);
      const orders = await asOwner(world.shop, 'index.php');
      assert.match(orders.text, /does not let Pinrelay make its table/);
      for (const { text } of [settings, orders]) {
        assert.doesNotMatch(text, /WordPress database error|Fatal error/);
      }
      assert.equal((await pinrelay(world.shop.wp, 'status')).code, 1);

      await rm(forbidden);
      await world.shop.php(`
        $state = get_option('pinrelay_state');
        $due = ['tries' => 1, 'at' => time() - 61];
        update_option('pinrelay_state', ['table' => $due, 'activated_at' => time() - 3600] + $state);
        delete_option('pinrelay_reconciled');
        $order = wc_get_order(${id});
        $order->set_date_created(time() - 600);
        $order->save();`);
      await world.shop.job('pinrelay_reconcile');
      await world.allSettled();
      assert.ok(world.delivered().includes(id), 'the order that was placed meanwhile');
      assert.doesNotMatch((await asOwner(world.shop, 'index.php')).text, /does not let Pinrelay make its table/);
    });
  });
}
