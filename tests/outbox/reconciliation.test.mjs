// Orders that no hook told of: found, told once, and each that is left alone has a reason. WooCommerce keeps orders in
// its own tables or as posts; both are looked through.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { until } from '../support/shop/service.mjs';
import { findWooCommerce } from '../support/shop/woocommerce.mjs';
import { openShop, pinrelay } from './world.mjs';

const MINUTE = 60;
const skip = (await findWooCommerce()).kind === 'stand-in' && 'not run: needs the real WooCommerce';

const STORAGE = 'woocommerce_custom_orders_table_enabled';
const storages = [
  ['as posts', 'no'],
  ['in tables of their own', 'yes'],
];

describe('reconciliation', () => {
  let world;

  before(async () => {
    if (skip) {
      return;
    }
    world = await openShop({ clock: true });
    // Otherwise WooCommerce, when it is first at leisure, gives the new shop tables for orders.
    await world.shop.wp('option', 'update', 'woocommerce_newly_installed', 'no');
    // This makes the tables. Back to posts WooCommerce lets nobody go while orders are not in both places.
    await world.shop.wp('option', 'update', STORAGE, 'yes');
    // These orders are some minutes old; the plugin has to be older.
    await world.clock.advance(60 * MINUTE);
  });
  after(() => world?.close());

  const now = () => Math.floor(world.clock.now() / 1000);
  const find = () => world.shop.look('job', { hook: 'pinrelay_reconcile' });
  const row = async (id) => (await world.rows()).get(id);
  const told = (id) => world.delivered().filter((one) => one === id).length;

  /** An order of the shop's own checkout, made and paid while WordPress had paused the plugin after an error. */
  const missed = async (ageSeconds, change = '') =>
    Number(
      await world.shop.wp(
        'eval',
        '--skip-plugins=pinrelay',
        `$order = wc_create_order(['created_via' => 'checkout', 'status' => 'pending']);
        $order->add_product(wc_get_product(${world.shop.products['MUG-1']}));
        $order->set_billing_email('ada@shopper.example');
        $order->set_payment_method('pinrelay_card');
        $order->calculate_totals();
        $order->payment_complete();
        $order->set_date_created(time() - ${ageSeconds});
        $order->set_date_paid(time() - ${ageSeconds});
        ${change}
        $order->save();
        echo $order->get_id();`,
      ),
    );

  const command = async (...args) => {
    const { code, stdout, stderr } = await pinrelay(world.shop.wp, ...args);
    return { status: code, text: stdout + stderr };
  };

  for (const [where, isTable] of storages) {
    test(`an order missed while the plugin was paused is found and told once: orders ${where}`, { skip }, async () => {
      await world.sql(`UPDATE wp_options SET option_value = '${isTable}' WHERE option_name = '${STORAGE}'`);
      const asked = 'Automattic\\WooCommerce\\Utilities\\OrderUtil::custom_orders_table_usage_is_enabled()';
      assert.equal(await world.shop.php(`echo ${asked} ? 'yes' : 'no';`), isTable);
      const id = await missed(10 * MINUTE);
      const paidAt = now() - 10 * MINUTE;
      await Promise.all([find(), find()]);
      await world.allSettled();
      await find();
      await world.tick();
      assert.equal((await row(id)).verdict, 'delivered');
      assert.equal(told(id), 1);
      const { event } = world.standin.records().server.find((one) => one.event.custom_data?.order_id === String(id));
      assert.equal(event.event_id, (await row(id)).event_id);
      assert.ok(Math.abs(event.event_time - paidAt) < MINUTE, `told as of ${event.event_time}, paid at ${paidAt}`);
    });
  }

  test('where no schedule runs, visits find an order that was missed for hours, and it is told late', { skip }, async () => {
    const id = await missed(1);
    await world.clock.advance(120 * MINUTE);
    await until('the order to be told', async () => {
      await world.tick();
      return (await row(id))?.verdict === 'delivered';
    }, { guardMs: 180_000, everyMs: 200 });
    assert.equal(told(id), 1);
  });

  test('the one line of a crontab finds an order that was missed, and delivers it', { skip }, async () => {
    await world.clock.advance(20 * MINUTE);
    const id = await missed(10 * MINUTE);
    assert.deepEqual((await command('drain', '--quiet')).status, 0);
    assert.deepEqual([(await row(id)).verdict, told(id)], ['delivered', 1]);
  });

  test('an order queued on a live node is waiting and never captured again', { skip }, async () => {
    world.standin.misbehave({ mode: '503' });
    const [id] = await world.buy();
    await world.clock.advance(20 * MINUTE);
    await world.tick();
    const before = await row(id);
    assert.equal(before.state, 'queued');
    await find();
    assert.deepEqual(await row(id), before);
    assert.equal(world.captured().filter((one) => one === before.event_id).length, 1);
    world.standin.misbehave({ mode: 'ok' });
    await world.allSettled();
    assert.equal(told(id), 1);
  });

  test('an order in the spool of a node that fell silent is sent again', { skip }, async () => {
    const id = await missed(20 * MINUTE);
    const event = 'f'.repeat(32);
    await world.sql(
      `INSERT INTO wp_pinrelay_orders (order_id, event_id, destination, state, node, event_time, context, updated_at)
       VALUES (${id}, '${event}', '${world.standin.account}', 'queued', 'gone', ${now() - 1200}, '', ${now() - 1200})`,
    );
    await find();
    await world.allSettled();
    const { event_id: same, verdict } = await row(id);
    assert.deepEqual([same, verdict, told(id)], [event, 'delivered', 1]);
  });

  test('backfill tells first what it would do and changes nothing, then does it, then has nothing left', { skip }, async () => {
    // What the jobs have just done, no visitor's request does.
    await find();
    const wanted = await missed(4 * MINUTE);
    const foreign = await missed(4 * MINUTE, "$order->set_created_via('other-shop');");
    const rows = await world.shop.outbox();

    const dry = await command('backfill', '--since=10 minutes ago', '--dry-run', '--list');
    assert.equal(dry.status, 2, dry.text);
    assert.match(dry.text, new RegExp(`${wanted}\\s.*send_on_time`));
    assert.match(dry.text, new RegExp(`${foreign}\\s.*other_source`));
    assert.match(dry.text, /1 orders would be taken up/);
    assert.deepEqual(await world.shop.outbox(), rows);
    assert.equal(told(wanted), 0);

    await command('backfill', '--since=10 minutes ago');
    await world.allSettled();
    assert.deepEqual([told(wanted), told(foreign)], [1, 0]);
    assert.equal(await row(foreign), undefined);

    const again = await command('backfill', '--since=10 minutes ago');
    assert.equal(again.status, 0, again.text);
    assert.match(again.text, /1\s.*delivered/);
    assert.equal(told(wanted), 1);
  });

  test('backfill says what it does not understand', { skip }, async () => {
    const { status, text } = await command('backfill', '--since=yesterdayish');
    assert.equal(status, 1);
    assert.match(text, /--since: not a date/);
  });

  /** An order that lies in the spool because Pinterest is away. */
  const queued = async () => {
    world.standin.misbehave({ mode: '503' });
    const id = await missed(5 * MINUTE);
    await find();
    const { state, event_id: event } = await row(id);
    assert.equal(state, 'queued');
    return { id, event };
  };

  test('a refused order is listed with what Pinterest says, and told when it is sent again', { skip }, async () => {
    const { id, event } = await queued();
    world.standin.misbehave({ mode: 'partial', ids: [event] });
    await world.allSettled();
    assert.equal((await row(id)).verdict, 'rejected');
    world.standin.misbehave({ mode: 'ok' });

    const { text } = await command('rejected', '--format=json');
    const [letter] = JSON.parse(text);
    assert.deepEqual([letter.event_id, letter.event_name, letter.order], [event, 'checkout', id]);
    assert.equal(letter.message, (await row(id)).message);

    const unknown = await command('retry', 'no-such-event');
    assert.equal(unknown.status, 1, unknown.text);
    const { text: said } = await command('retry', String(id));
    assert.match(said, /1 of 1 events/);
    await world.allSettled();
    assert.equal((await row(id)).verdict, 'delivered');
    assert.equal(told(id), 1);
  });

  test('what the owner discards is not told, not found and not sent later', { skip }, async () => {
    const { id } = await queued();
    const { text } = await command('purge', '--yes');
    assert.match(text, /1 orders and 1 events/);
    const { state, verdict, message } = await row(id);
    assert.deepEqual([state, verdict], ['settled', 'withdrawn']);
    assert.match(message, /discarded/i);
    world.standin.misbehave({ mode: 'ok' });
    await find();
    await world.allSettled();
    assert.equal(told(id), 0);
  });

  test('a site that is called a copy finds nothing, until it is called the shop', { skip }, async () => {
    await command('adopt', '--copy');
    const id = await missed(5 * MINUTE);
    await find();
    assert.equal(await row(id), undefined);
    assert.equal((await command('adopt')).status, 0);
    await find();
    await world.allSettled();
    assert.equal(told(id), 1);
  });
});
