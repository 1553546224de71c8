// Two web servers with separate disks before one database. One of them is lost with its disk while Pinterest is away;
// what it held is in the shop's table, and the other one delivers it.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { openShop, tally } from './world.mjs';

const MINUTE = 60;

let world;
let lost;

before(async () => {
  world = await openShop({
    database: 'mariadb',
    clock: true,
    workers: 2,
    ini: { 'pinrelay.timeout': '1', 'pinrelay.connect_timeout': '1' },
  });
  lost = await world.shop.addNode('b');
});
after(() => world.close());

const nodesOf = async (orders) => {
  const rows = await world.rows();
  return orders.map((id) => rows.get(id).node);
};

test('orders of a web server that is lost with its disk are delivered by the other one', async () => {
  const early = [...(await world.buy(2)), ...(await world.buy(2, { url: lost.url }))];
  await world.standin.until(() => world.delivered().length === early.length);
  await Promise.all([world.tick(), lost.job('pinrelay_tick')]);
  const [, , ...rest] = await nodesOf(early);
  assert.deepEqual([...new Set(rest)], [''], 'both read the verdicts of their own spool');

  // Delivered, and nobody may have heard of it yet.
  const [unheard] = await world.buy(1, { url: lost.url });
  await world.standin.until(() => world.delivered().includes(unheard));

  world.standin.misbehave({ mode: '503' });
  const here = await world.buy(3);
  const there = await world.buy(4, { url: lost.url });
  const [nodeHere, ...sameHere] = await nodesOf(here);
  const [nodeThere, ...sameThere] = await nodesOf(there);
  assert.notEqual(nodeHere, nodeThere);
  assert.deepEqual([...new Set(sameHere)], [nodeHere]);
  assert.deepEqual([...new Set(sameThere)], [nodeThere]);

  // While both live, an order stays where it is, however long it waits.
  for (let passed = 0; passed < 20; passed += 5) {
    await world.clock.advance(5 * MINUTE);
    await Promise.all([world.tick(), lost.job('pinrelay_tick')]);
  }
  assert.deepEqual([...new Set(await nodesOf(there))], [nodeThere]);
  const wasUnheard = (await world.rows()).get(unheard).state === 'queued';

  await lost.kill();
  await rm(lost.spool, { recursive: true });
  // A merchant cancels one of its orders at the other one.
  const cancelled = there[0];
  await world.shop.look('status', { id: cancelled, to: 'cancelled' });

  await world.clock.advance(14 * MINUTE);
  await world.tick();
  assert.deepEqual([...new Set(await nodesOf(there))], [nodeThere], 'it may still come back');
  await world.clock.advance(2 * MINUTE);
  await world.tick();
  assert.deepEqual([...new Set(await nodesOf(there.slice(1)))], [nodeHere]);

  world.standin.misbehave({ mode: 'ok' });
  await world.clock.advance(2 * MINUTE);
  await world.shop.restart();
  const rows = await world.allSettled();

  const times = tally(world.delivered());
  const orders = [...early, unheard, ...here, ...there];
  process.stderr.write(
    `two nodes: ${orders.length} orders, ${there.length} on the disk that was lost; ` +
      `verdicts ${JSON.stringify(tally(orders.map((id) => rows.get(id).verdict)))}; ` +
      `times at Pinterest ${JSON.stringify(tally(orders.map((id) => times[id] ?? 0)))}\n`,
  );
  const wanted = (id) => (id === cancelled ? 0 : 1);
  // An answer that died with the disk is asked for again, under the same id, which Pinterest recognises.
  const mayBeTwice = (id) => id === unheard && wasUnheard;
  assert.deepEqual(orders.filter((id) => (times[id] ?? 0) !== wanted(id) && !(mayBeTwice(id) && times[id] === 2)), []);
  const verdicts = orders.map((id) => [id, rows.get(id).verdict]);
  assert.deepEqual(verdicts, orders.map((id) => [id, id === cancelled ? 'withdrawn' : 'delivered']));
  const ids = world.standin.records().server.filter(({ event }) => Number(event.custom_data?.order_id) === unheard);
  assert.equal(new Set(ids.map(({ event_id: id, event }) => `${id} ${event.event_time}`)).size, 1);
});
