// US states whose laws limit what may be done with data (Limited Data Processing): on a page from a cache, whose bytes
// are the same for everybody, both halves of an event say so for a visitor of such a state, and for nobody else.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { PERSON } from '../support/browser/shopper.mjs';
import { until } from '../support/shop/service.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const PAGE = '/product/blue-mug/';
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

describe('limited data processing', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic', cache: true });
    await world.shop.php("update_option('pinrelay_settings', ['ldp_states' => ['CA', 'CO']]);");
    await world.tick();
    await until('the cache to hold the page', async () => {
      const answer = await fetch(world.shop.url + PAGE);
      return answer.headers.get('x-cache') === 'HIT';
    });
  });
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });
  after(() => world.close());

  /** Somebody whom the edge of the shop's network, Cloudflare here, sees in this state. */
  async function visit(state) {
    shopper = await world.shopper();
    if (state) {
      await shopper.context.route(`${world.shop.url}/**`, (route) =>
        route.continue({ headers: { ...route.request().headers(), 'cf-ipcountry': 'US', 'cf-region-code': state } }),
      );
    }
    shopper.asked = [];
    shopper.page.on('request', (request) => request.url().includes('&place') && shopper.asked.push(request.url()));
    const answer = await shopper.open(PAGE);
    assert.equal(answer.headers()['x-cache'], 'HIT');
    return told('page_visit');
  }
  async function told(name, count = 1) {
    const { event_id: id } = (await world.collected(name, count)).at(-1);
    const { server, browser } = world.halves(id);
    return { server: server[0], partner: browser[0].partner };
  }
  function assertLimited({ server, partner }, state) {
    const [st, country] = [sha256(state.toLowerCase()), sha256('us')];
    assert.equal(server.custom_data.opt_out_type, 'LDP');
    assert.deepEqual([server.user_data.st, server.user_data.country], [[st], [country]]);
    assert.deepEqual([partner.opt_out_type, partner.st, partner.country], ['LDP', st, country]);
  }
  function assertUsual({ server, partner }) {
    assert.equal(server.custom_data?.opt_out_type, undefined);
    assert.deepEqual([server.user_data.st, partner.opt_out_type, partner.st], [undefined, undefined, undefined]);
  }

  test('a visitor seen in a picked state is limited from his first cached page on, and asked about once', { skip: needsWooCommerce }, async () => {
    assertLimited(await visit('CA'), 'CA');
    await shopper.addByStoreApi('MUG-1');
    assertLimited(await told('add_to_cart'), 'CA');
    await shopper.open(PAGE);
    assertLimited(await told('page_visit', 2), 'CA');
    assert.equal(shopper.asked.length, 1);
  });

  for (const [where, state] of [['another state', 'TX'], ['nobody knows which place', null]]) {
    test(`a visitor from ${where} is not`, { skip: needsWooCommerce }, async () => {
      assertUsual(await visit(state));
      await shopper.addByStoreApi('MUG-1');
      assertUsual(await told('add_to_cart'));
    });
  }

  test('the address that somebody gives is believed before the place where he is seen', { skip: needsWooCommerce }, async () => {
    assertUsual(await visit('TX'));
    await shopper.addByStoreApi('MUG-1');
    assertUsual(await told('add_to_cart'));
    const address = { first_name: PERSON.firstName, last_name: PERSON.lastName, address_1: PERSON.address, city: 'Fresno' };
    const { status } = await shopper.storeApi('/cart/update-customer', {
      billing_address: { ...address, state: 'CA', postcode: '93650', country: 'US', email: PERSON.email },
    });
    assert.equal(status, 200);
    await shopper.addByStoreApi('MUG-1');
    const { server } = await told('add_to_cart', 2);
    assert.equal(server.custom_data.opt_out_type, 'LDP');
    await shopper.open(PAGE);
    assertLimited(await told('page_visit', 2), 'CA');
  });
});
