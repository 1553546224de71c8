// What becomes of orders that a spool holds: taken back when the sale is off, captured again when the spool lost them,
// and left alone as long as they wait.

import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { run } from '../support/shop/run.mjs';
import { openShop } from './world.mjs';

const MINUTE = 60;

let world;

before(async () => {
  world = await openShop({ clock: true, ini: { 'pinrelay.timeout': '1', 'pinrelay.connect_timeout': '1' } });
  await world.buy(1);
  await world.allSettled();
});
beforeEach(() => world.standin.misbehave({ mode: '503' }));
after(() => world.close());

async function pinterestIsBack() {
  world.standin.misbehave({ mode: 'ok' });
  await world.clock.advance(2 * MINUTE);
  await world.shop.restart();
  return world.allSettled();
}

const times = (id) => world.delivered().filter((one) => one === id).length;

const ENDS = [
  ['cancelled', (id) => world.shop.look('status', { id, to: 'cancelled' })],
  ['refunded', (id) => world.shop.look('status', { id, to: 'refunded' })],
  ['failed', (id) => world.shop.look('status', { id, to: 'failed' })],
  ['trashed', (id) => world.shop.look('trash', { id }), 'WooCommerce'],
  ['deleted', (id) => world.shop.look('delete', { id }), 'WooCommerce'],
];

test('an order that is no sale any more before it was delivered is never delivered', async (t) => {
  const ends = ENDS.filter(([, , needs]) => !needs || world.shop.real);
  const orders = await world.buy(ends.length + 1);
  for (const [index, [, end]] of ends.entries()) {
    await end(orders[index]);
  }
  const rows = await pinterestIsBack();
  for (const [index, [how]] of ends.entries()) {
    // The row of an order that was deleted goes with it, once the spool has answered.
    const verdict = () => (how === 'deleted' && !rows.has(orders[index]) ? 'withdrawn' : rows.get(orders[index]).verdict);
    await t.test(how, () => assert.deepEqual([verdict(), times(orders[index])], ['withdrawn', 0]));
  }
  assert.equal(times(orders.at(-1)), 1, 'the order beside them is delivered');
});

test('a cancelled order that is paid after all is delivered once', async () => {
  const [id] = await world.buy(1);
  await world.shop.look('status', { id, to: 'cancelled' });
  await world.shop.look('status', { id, to: 'processing' });
  await pinterestIsBack();
  assert.equal(times(id), 1);
});

test('an order whose segment was lost is captured again after ten minutes, and not before', async () => {
  const [id] = await world.buy(1);
  await world.shop.node.stopPhp();
  const segments = (await run('find', [world.shop.paths.spool, '-type', 'd', '-name', 'seg'])).trim().split('\n');
  for (const dir of segments) {
    readdirSync(dir).forEach((name) => rmSync(path.join(dir, name)));
  }
  await world.shop.node.startPhp();
  const movedAt = async () => (await world.rows()).get(id).updated_at;
  const since = await movedAt();
  await world.clock.advance(9 * MINUTE);
  await world.tick();
  assert.equal(await movedAt(), since, 'it stays where it was');
  await world.clock.advance(2 * MINUTE);
  await world.tick();
  assert.notEqual(await movedAt(), since);
  await pinterestIsBack();
  assert.equal(times(id), 1);
});

test('a shop whose database was restored from a backup goes on sending by itself', async () => {
  const generation = (to) => world.shop.wp('option', 'patch', 'update', 'pinrelay_state', 'generation', String(to));
  const backup = Math.floor(Date.now() / 1000);
  // The settings changed after the backup, and the spool has heard of it.
  await generation(backup + 5000);
  await world.buy(1);
  await generation(backup);
  const [id] = await world.buy(1);
  await pinterestIsBack();
  assert.equal(times(id), 1);
});
