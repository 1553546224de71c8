// What a browser test needs: a shop with the plugin, the stand-in of Pinterest it
// talks to, and shoppers. And the questions tests ask about all three together.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as hooks from 'node:test';
import { fileURLToPath } from 'node:url';

import { launchBrowser } from '../support/browser/launch.mjs';
import { newShopper } from '../support/browser/shopper.mjs';
import { extensionFile } from '../support/extension.mjs';
import { startStandin } from '../support/pinterest/index.mjs';
import { until } from '../support/shop/service.mjs';
import { startShop } from '../support/shop/shop.mjs';
import { findWooCommerce } from '../support/shop/woocommerce.mjs';

const target = fileURLToPath(new URL('../../target', import.meta.url));

const { kind, notes } = await findWooCommerce();
const isStandIn = kind === 'stand-in';
for (const note of notes) {
  process.stderr.write(`${note}\n`);
}
if (isStandIn) {
  process.stderr.write('THIS IS NOT WOOCOMMERCE: THESE TESTS RUN ON A STAND-IN FOR IT.\n');
}

/** For a test's `skip`: what only WooCommerce itself has. */
export const needsWooCommerce = isStandIn && 'not run: needs the real WooCommerce';

const none = { before() {}, after() {}, afterEach() {} };

/**
 * The hooks of a suite that may be unable to run here: none then. The suite itself is not skipped, since Node would not
 * name its tests; each test says so for itself.
 */
export const hooksUnless = (skip) => (skip ? none : hooks);

/**
 * @param {object} wish  as startShop() takes it; the built extension and a stand-in of Pinterest unless it says otherwise
 */
export async function openWorld(wish = {}) {
  // Before anything runs that would have to be stopped again.
  const extension = extensionFile();
  const first = await startStandin();
  const shop = await startShop({ extension, standin: first, ...wish });
  const browser = await launchBrowser();
  let closing = false;

  const named = (records, name) => records.pairs.filter((pair) => pair.event_name === name);

  const world = {
    /** A test that stops it puts another in its place. */
    standin: first,
    shop,
    browser,

    shopper: (options) => newShopper(browser, shop, options),

    /** The stand-in's until(), whose error says in a line what was there instead. */
    async seen(wanted, guardMs) {
      try {
        return await world.standin.until(wanted, guardMs);
      } catch (error) {
        const { pairs, requests } = world.standin.records();
        const half = (pair) => `${pair.event_name} ${pair.event_id} browser ${pair.browser_count} server ${pair.server_count}`;
        const answers = requests.map((request) => request.status).join(' ');
        throw new Error(`${error.message.split(';')[0]}: ${pairs.map(half).join(', ')}; answers: ${answers}`);
      }
    },

    /** Waits until `count` events of that name have both halves; there must be no others of the name. */
    async matched(name, count = 1) {
      const records = await world.seen((seen) => named(seen, name).filter((pair) => pair.matched).length >= count);
      const pairs = named(records, name);
      assert.equal(pairs.length, count, `${name}: ${JSON.stringify(pairs, null, 1)}`);
      return pairs;
    },

    /**
     * The same for events that pages hand to collect.php, where the shop's tick has to come by: a process without WordPress
     * captures and never sends, and may do so after a tick.
     */
    async collected(name, count = 1) {
      await world.ticksUntil(`${name} by both halves`, () => world.pairs(name).filter((pair) => pair.matched).length >= count);
      return world.matched(name, count);
    },

    pairs: (name) => named(world.standin.records(), name),

    /** The API's event and the tag's call of one id. */
    halves(id) {
      const { server, browser: tag } = world.standin.records();
      return {
        server: server.filter((record) => record.event_id === id).map((record) => record.event),
        browser: tag.filter((record) => record.command === 'track' && record.event_id === id),
      };
    },

    /**
     * Once this returns, whatever the shop had handed over before has reached Pinterest: the shop's own tick has run, and
     * an event that was made afterwards has arrived, which the sender takes last.
     */
    async fence() {
      await world.tick();
      const before = new Set(world.pairs('add_to_cart').map((pair) => pair.event_id));
      const shopper = await world.shopper();
      await shopper.open('/product/blue-mug/');
      const added = await shopper.addByStoreApi('MUG-1');
      assert.equal(added.status, 201);
      await world.seen((seen) =>
        named(seen, 'add_to_cart').some((pair) => pair.server && !before.has(pair.event_id)),
      );
      await shopper.close();
    },

    outbox: shop.outbox,
    orders: shop.orders,

    /** The shop's minutely job, now. */
    tick: () => shop.job('pinrelay_tick'),

    /** Waits with the tick running meanwhile, as it would each minute. */
    ticksUntil: (what, probe) =>
      until(
        what,
        async () => {
          await world.tick();
          return probe();
        },
        { guardMs: 180_000, everyMs: 300 },
      ),

    /** Waits for a state of the outbox, likewise. */
    outboxUntil: (what, probe) =>
      world.ticksUntil(what, async () => {
        const rows = await world.outbox();
        return probe(rows) && rows;
      }),

    /** Pinterest never had to refuse anything, and no tag call was faulty. */
    assertNothingRefused() {
      const { requests, browser: tag } = world.standin.records();
      assert.deepEqual(requests.filter((request) => request.status >= 400), []);
      assert.deepEqual(tag.filter((record) => record.faults.length > 0), []);
    },

    async close() {
      if (closing) {
        return;
      }
      closing = true;
      keepPayloads(world.standin.records());
      await browser.close();
      await shop.stop();
      await world.standin.stop();
    },
  };
  return world;
}

let kept = 0;

/** Leaves what Pinterest got for the check of all payloads that ends a test run. */
function keepPayloads({ server }) {
  const dir = path.join(target, 'payloads-browser');
  mkdirSync(dir, { recursive: true });
  for (const { event } of server) {
    writeFileSync(path.join(dir, `${process.pid}-${kept++}.json`), JSON.stringify({ data: [event] }));
  }
}

export async function screenshot(page, name) {
  const dir = path.join(target, 'screenshots');
  mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: path.join(dir, `${name}.png`), fullPage: true });
}
