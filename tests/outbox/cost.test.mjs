// What the plugin asks of the database and the disk in the requests that a shopper waits for: a count, not a time. The
// same visit with and without it, in one shop.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { STEPS, measurable, visit } from '../support/cost/visit.mjs';
import { findWooCommerce } from '../support/shop/woocommerce.mjs';
import { openShop } from './world.mjs';

// The stand-in asks the database far less than WooCommerce does, and lets us be the first to ask.
const skip = (await findWooCommerce()).kind === 'stand-in' && 'not run: needs the real WooCommerce';

/** Queries more than without the plugin, while a shopper waits. The thank-you page asks once whether the order counts. */
const QUERIES = { 'checkout POST': 3, 'thank-you page': 1 };
/** Files of the plugin that PHP reads. */
const FILES = { 'checkout POST': 72, 'thank-you page': 38, 'AJAX add to cart': 53, 'product page': 19 };
const FILES_OF_A_PAGE = 8;

describe('what the plugin costs a request', () => {
  let world;
  let off;
  const on = [];

  before(async () => {
    world = await openShop({ workers: 1 });
    const way = measurable(world.shop);
    // WooCommerce makes some things once, in the first visit of all.
    await visit(way, 'first', false);
    off = await visit(way, 'off', false);
    on.push(await visit(way, 'plugin first', true), await visit(way, 'plugin second', true));
  });
  after(() => world.close());

  for (const step of STEPS) {
    const most = QUERIES[step] ?? 0;
    test(`${step}: at most ${most} queries more, from the first visit on`, { skip }, () => {
      const more = on.map((seen) => seen[step].page.queries - off[step].page.queries);
      assert.ok(more.every((queries) => queries <= most), `${more} more than ${off[step].page.queries}`);
    });

    test(`${step}: only what it needs of the plugin is loaded, after the response nothing`, () => {
      const more = on[1][step].page.files - off[step].page.files;
      assert.equal(on[1][step].after.files - on[1][step].page.files, off[step].after.files - off[step].page.files);
      assert.ok(more <= (FILES[step] ?? FILES_OF_A_PAGE), `${more} files`);
    });
  }

  test('WordPress loads seven options of the plugin at most', () => {
    assert.ok(on[1][STEPS[5]].after.options <= 7, `${on[1][STEPS[5]].after.options}`);
  });
});
