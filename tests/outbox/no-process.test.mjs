// Where PHP-FPM starts workers on demand and lets them go, nobody is left to deliver an order that Pinterest did not
// take at once. The system's cron does, or the next request of anybody.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { account } from '../support/shop/php.mjs';
import { until } from '../support/shop/service.mjs';
import { openShop, pinrelay } from './world.mjs';

const NOBODY = { uid: 65534, gid: 65534 };
const needsRoot = process.getuid() === 0 ? false : 'not run: only root can be another user';

let world;

before(async () => {
  world = await openShop({
    // Another user of the machine can ask it; a file of SQLite's he could not open.
    database: 'mariadb',
    clock: true,
    ondemand: true,
    idleSeconds: 1,
    ini: { 'pinrelay.timeout': '1', 'pinrelay.connect_timeout': '1' },
  });
  await world.buy(1);
  await world.allSettled();
});
after(() => world.close());

const gone = () => until('the pool to let its workers go', () => world.shop.node.workers().length === 0);

/** An order that Pinterest did not take, in a shop where no PHP process is left. */
async function stranded() {
  world.standin.misbehave({ mode: '503' });
  const [id] = await world.buy(1);
  await gone();
  assert.equal((await world.delivered()).includes(id), false);
  return id;
}

/** Back-off is over, too. */
async function pinterestIsBack() {
  world.standin.misbehave({ mode: 'ok' });
  await world.clock.advance(120);
}

const times = (id) => world.delivered().filter((one) => one === id).length;

test('an order that was left behind is delivered by wp pinrelay drain, and the shop knows', async () => {
  const id = await stranded();
  await pinterestIsBack();
  const drain = await pinrelay(world.shop.wp, 'drain');
  assert.equal(drain.code, 0, `${drain.stdout}${drain.stderr}`);
  assert.equal(times(id), 1);
  assert.equal((await world.rows()).get(id).verdict, 'delivered');
});

test('an order that was left behind is delivered after the next request, whoever makes it', async () => {
  const id = await stranded();
  await pinterestIsBack();
  assert.equal((await fetch(`${world.shop.url}/product/blue-mug/`)).status, 200);
  await world.standin.until(() => times(id) === 1);
});

test("an order that was left behind is delivered by WordPress' own schedule", async () => {
  const id = await stranded();
  await pinterestIsBack();
  assert.equal((await fetch(`${world.shop.url}/wp-cron.php?doing_wp_cron`)).status, 200);
  await world.standin.until(() => times(id) === 1);
  await world.allSettled();
});

test('wp pinrelay drain ends with 2 while work is left', async () => {
  const id = await stranded();
  const drain = await pinrelay(world.shop.wp, 'drain', '--seconds=1');
  assert.equal(drain.code, 2, `${drain.stdout}${drain.stderr}`);
  assert.match(drain.stdout, /1 orders wait/);
  await pinterestIsBack();
  assert.equal((await pinrelay(world.shop.wp, 'drain')).code, 0);
  assert.equal(times(id), 1);
});

for (const [who, asWhom] of [['root', {}], ['another user', NOBODY]]) {
  test(`wp pinrelay drain as ${who} refuses and says whose spool it is`, { skip: needsRoot }, async () => {
    const id = await stranded();
    await pinterestIsBack();
    const drain = await pinrelay(world.shop.wpAs(asWhom), 'drain');
    assert.equal(drain.code, 1, `${drain.stdout}${drain.stderr}`);
    assert.match(drain.stderr, new RegExp(`\\b${account.name}\\b`));
    assert.equal(times(id), 0);
    assert.equal((await pinrelay(world.shop.wp, 'drain')).code, 0, 'and leaves nothing behind that is in the way');
    assert.equal(times(id), 1);
  });
}
