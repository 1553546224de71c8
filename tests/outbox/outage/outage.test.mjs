// Pinterest is away for the three busiest hours of the year. Its API answers 503, then takes calls and never answers,
// then 429; PHP-FPM is reloaded each hour; some orders are cancelled meanwhile, and of some the browser half fired. Once
// it is over, each order has been counted once, and each has a verdict that says how.
//
// PINRELAY_OUTAGE_ORDERS is how many come in each ten minutes. A Black Friday has 200; that takes a while.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../../support/shop/service.mjs';
import { openShop, tally } from '../world.mjs';

const PER_STEP = Number(process.env.PINRELAY_OUTAGE_ORDERS ?? 2);
const STEP_SECONDS = 600;
const STEPS_AN_HOUR = 6;
const HOURS = [{ mode: '503' }, { mode: 'hang' }, { mode: '429', retry_after: 30 }];

/** An order's age at the end that puts it clearly beyond the 55 minutes, or clearly within. */
const OLD_SECONDS = 70 * 60;
const YOUNG_SECONDS = 50 * 60;

let world;

before(async () => {
  world = await openShop({ clock: true, ini: { 'pinrelay.timeout': '1', 'pinrelay.connect_timeout': '1' } });
});
after(() => world.close());

/** New workers; none of them sends before it has served a request. */
async function reload() {
  const { node } = world.shop;
  const before = node.workers();
  node.reload();
  await until('new workers', () => node.workers().length > 0 && !node.workers().some((pid) => before.includes(pid)));
}

test('after three hours without Pinterest each order was counted once and has its verdict', async () => {
  await world.buy(1);
  await world.allSettled();
  const first = world.delivered().length;
  assert.equal(first, 1);

  const orders = [];
  for (const misbehaviour of HOURS) {
    world.standin.misbehave(misbehaviour);
    for (let step = 0; step < STEPS_AN_HOUR; step += 1) {
      const placed = await world.buy(PER_STEP, { shoppers: Math.min(PER_STEP, 4) });
      const at = world.clock.now() / 1000;
      const news = placed.map((id) => ({ id, at, fired: id % 3 === 1, cancelled: id % 7 === 3 }));
      orders.push(...news);
      const fired = news.filter((order) => order.fired).map(({ id }) => id);
      await world.sql(`UPDATE wp_pinrelay_orders SET browser = 'fired' WHERE order_id IN (${[0, ...fired]})`);
      await world.clock.advance(STEP_SECONDS);
      for (const { id } of news.filter((order) => order.cancelled)) {
        await world.shop.look('status', { id, to: 'cancelled' });
      }
      await world.tick();
    }
    await reload();
    await until('the shop to answer again', () => world.tick());
  }
  const calls = world.standin.records().requests.length;
  assert.equal(world.delivered().length, first, 'nothing came through meanwhile');

  const end = world.clock.now() / 1000;
  // Whoever leads still keeps to the wait it was told; the next process to lead goes by the clock. Nothing is taken
  // before the old ones are gone: FPM kills them at once, and what a kill cuts off after Pinterest took it is sent again.
  await world.clock.advance(STEP_SECONDS);
  await reload();
  world.standin.misbehave({ mode: 'ok' });
  const rows = await world.allSettled();

  const times = tally(world.delivered());
  const report = orders.map((order) => ({ ...order, verdict: rows.get(order.id).verdict, times: times[order.id] ?? 0 }));
  process.stderr.write(
    `outage: ${orders.length} orders, ${calls} calls while it lasted; ` +
      `verdicts ${JSON.stringify(tally(report.map((one) => one.verdict)))}; ` +
      `times at Pinterest ${JSON.stringify(tally(report.map((one) => one.times)))}\n`,
  );
  assert.deepEqual(report.filter((one) => one.times !== (one.verdict === 'delivered' ? 1 : 0)), []);
  const age = (order) => end - order.at;
  assert.deepEqual(
    report.filter((one) => {
      if (one.cancelled) return one.verdict !== 'withdrawn';
      if (one.fired && age(one) > OLD_SECONDS) return one.verdict !== 'covered';
      if (one.fired && age(one) > YOUNG_SECONDS) return !['covered', 'delivered'].includes(one.verdict);
      return one.verdict !== 'delivered';
    }),
    [],
  );
  assert.deepEqual([...rows.values()].filter((row) => row.context !== ''), [], 'no settled order keeps the visitor');
});
