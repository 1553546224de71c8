// A product whose name tries to break out of everything does no harm, and reaches
// Pinterest as it is written.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { openWorld } from './world.mjs';

/** The content of every script element that is ours or calls Pinterest's tag. */
const ourScripts = (html) =>
  [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)]
    .filter(([, attributes, body]) => /pinrelay/.test(attributes) || /pintrk/.test(body))
    .map(([, attributes, body]) => ({ attributes, body }));

describe('hostile product names', () => {
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    shopper = await world.shopper();
    await shopper.addByForm('/product/hostile/');
    await shopper.checkoutClassic();
    await world.matched('add_to_cart');
    await world.matched('checkout');
  });
  after(() => world.close());

  test('every script element of ours stays whole', async () => {
    const sources = await shopper.sources();
    const scripts = sources.flatMap(({ text }) => ourScripts(text));
    assert.ok(scripts.some(({ attributes }) => attributes.includes('pinrelay-page')));
    assert.ok(scripts.some(({ attributes }) => attributes.includes('pinrelay-purchase')));
    for (const { attributes, body } of scripts) {
      if (attributes.includes('application/json')) {
        assert.doesNotThrow(() => JSON.parse(body), `${attributes}: ${body.slice(0, 200)}`);
      }
      assert.doesNotMatch(body, /<\/?script/i);
    }
  });

  test('nothing in it runs, and no page of the shop throws', () => {
    assert.deepEqual(shopper.dialogs, []);
    assert.deepEqual(shopper.errors.map(String), []);
  });

  test('Pinterest gets the name as a text, on both halves', () => {
    const [pair] = world.pairs('checkout');
    const { server, browser } = world.halves(pair.event_id);
    const names = [server[0].custom_data.contents[0].item_name, browser[0].data.line_items[0].product_name];
    for (const name of names) {
      assert.match(name, /^Tea & "Zucker"/);
      assert.match(name, /Größe/);
      assert.match(name, /🫖/u);
    }
    assert.equal(names[0], names[1]);
    world.assertNothingRefused();
  });
});
