// What a page view pays for the outbox: nothing that its visitor waits for.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../support/shop/service.mjs';
import { openShop, pinrelay } from './world.mjs';

/** As plugins keep a cart or a login of their own: whoever has the session's file keeps others waiting for it. */
const SESSIONS = `<?php
if (isset($_GET['session'])) {
    session_save_path(WP_CONTENT_DIR);
    session_id('shopper');
    session_start();
}
`;

const queries = `/tmp/pinrelay-queries-${process.pid}`;

let world;

before(async () => {
  world = await openShop({
    clock: true,
    constants: { PINRELAY_TEST_SLOW: 3, PINRELAY_TEST_QUERIES: queries },
  });
  writeFileSync(path.join(world.shop.paths.content, 'mu-plugins/sessions.php'), SESSIONS);
});
after(async () => {
  await world.close();
  rmSync(queries, { force: true });
});

const asked = () => (existsSync(queries) ? readFileSync(queries, 'utf8').split('\n').filter(Boolean) : []);

/** Orders in the spool that have no verdict yet. The command ends with a status of its own while the shop has work left. */
async function waiting() {
  const { stdout } = await pinrelay(world.shop.wp, 'status', '--format=json');
  return JSON.parse(stdout).relay.waiting.revenue;
}

async function view(query = '') {
  rmSync(queries, { force: true });
  const answer = await fetch(`${world.shop.url}/product/blue-mug/${query}`);
  assert.equal(answer.status, 200);
  await answer.text();
}

test('a verdict is copied after a page view, when its visitor has the whole page', async () => {
  const [id] = await world.buy(1);
  await until('the verdict in the spool', async () => (await waiting()) === 0);
  // The next view has the turn.
  await world.clock.advance(11);
  const word = `settled ${id} delivered`;
  await view();
  assert.equal(world.heard().includes(word), false, 'whoever listens to it is still asleep');
  await until('the verdict', () => world.heard().includes(word));
});

test('a shopper with a PHP session has the next page while what follows the last one goes on', async () => {
  const [id] = await world.buy(1);
  await until('the verdict in the spool', async () => (await waiting()) === 0);
  await world.clock.advance(11);
  const word = `settled ${id} delivered`;
  await view('?session=1');
  await view('?session=1');
  assert.equal(world.heard().includes(word), false, 'whoever listens to it is still asleep');
  await until('the verdict', () => world.heard().includes(word));
});

test('a page view asks the database nothing of ours, and between two turns nothing afterwards either', async () => {
  await world.clock.advance(11);
  await view();
  await world.shop.node.idle();
  assert.notDeepEqual(asked(), [], 'this one had the turn');
  assert.deepEqual(asked().filter((line) => line.startsWith('page ')), []);
  await view();
  await world.shop.node.idle();
  assert.deepEqual(asked(), []);
});
