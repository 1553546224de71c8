// What the events between a visit and a purchase say, who must not cause them, and how they are switched off. That each
// has both halves under one id is for flows/.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { PERSON } from '../support/browser/shopper.mjs';
import { prepare } from './flows/goods.mjs';
import { happens, signUp } from './flows/steps.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

describe('events beside visits, carts and purchases', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    await prepare(world);
    await world.tick();
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  const open = async () => {
    shopper = await world.shopper();
    await shopper.open('/product/blue-mug/');
  };
  async function told(name) {
    const [pair] = await world.collected(name);
    const { server, browser } = world.halves(pair.event_id);
    return { server: server[0], tag: browser[0].data, partner: browser[0].partner };
  }
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');

  test('an account is told by its hashed e-mail', { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    const email = await signUp(shopper);
    const { server } = await told('signup');
    assert.deepEqual(server.user_data.em, [sha256(email)]);
  });

  test('an account that the merchant makes is none', { skip: needsWooCommerce }, async () => {
    await open();
    await world.shop.php("wc_create_new_customer('made@example.org', 'made', 'a long and quiet word 7!');");
    await world.fence();
    assert.deepEqual(world.pairs('signup'), []);
  });

  test('who places an order has handed in how he pays, even if the payment fails', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.declined();
    const { server } = await told('add_payment_info');
    assert.equal(server.custom_data.order_id, undefined);
    assert.deepEqual(server.user_data.em, [sha256(PERSON.email)]);
  });

  test('a search that finds one product is told by a cookie, which holds no words', { skip: needsWooCommerce }, async () => {
    await open();
    await shopper.open('/?s=pattern&post_type=product');
    assert.match(shopper.page.url(), /\/product\/pattern-book\//);
    const { server, tag } = await told('search');
    assert.equal(server.custom_data.search_string, 'pattern');
    assert.equal(tag.search_query, undefined);
  });

  test('a wish that WPC answers with a request to log in is none', { skip: needsWooCommerce }, async () => {
    await open();
    await happens(shopper, 'woosw_add', world.shop.products['MUG-1'], '#');
    await world.fence();
    assert.deepEqual(world.pairs('add_to_wishlist'), []);
  });

  test("a product's page tells the product, where it was seen and by whom, and the click that led to it", { skip: needsWooCommerce }, async () => {
    const doors = [];
    shopper = await world.shopper();
    shopper.page.on('request', (request) => /\/collect(\.php)?(\?|$)/.test(request.url()) && doors.push(new URL(request.url()).pathname));
    await shopper.open('/product/blue-mug/?utm_source=pinterest&key=wc_order_x&epik=dj0yJnU9');
    const { server, tag, partner } = await told('page_visit');
    assert.deepEqual(doors.map((door) => /\/plugins\/pinrelay\/collect\.php$/.test(door)), [true]);
    assert.equal(server.custom_data.contents[0].item_price, '12.50');
    assert.equal(tag.line_items[0].product_price, 12.5);
    assert.equal(server.event_source_url, `${world.shop.url}/product/blue-mug/?utm_source=pinterest&epik=dj0yJnU9`);
    assert.equal(server.language, 'en');
    const keys = server.user_data;
    assert.equal(keys.client_ip_address, '203.0.113.20');
    assert.match(keys.client_user_agent, /Chrome/);
    assert.deepEqual(keys.external_id, [partner.external_id]);
    assert.equal(keys.click_id, 'dj0yJnU9');
  });

  test('each half of an event can be switched off', { skip: needsWooCommerce }, async () => {
    const events = { page_visit: { tag: true, api: false }, lead: { tag: false, api: true }, add_to_cart: { tag: true, api: true } };
    await world.shop.wp('option', 'patch', 'insert', 'pinrelay_settings', 'events', JSON.stringify(events), '--format=json')
      .catch(() => world.shop.wp('option', 'update', 'pinrelay_settings', JSON.stringify({ events }), '--format=json'));
    await world.tick();
    await open();
    await shopper.page.evaluate(() => window.pinrelay.track('lead'));
    await happens(shopper, 'pinrelay_track', 'lead', {});
    await world.seen((seen) => seen.browser.filter(({ api_name }) => api_name === 'page_visit').length === 2);
    await world.fence();
    assert.ok(world.pairs('page_visit').every((pair) => pair.browser && !pair.server));
    assert.equal(world.pairs('lead').length, 2);
    assert.ok(world.pairs('lead').every((pair) => pair.server && !pair.browser));
    await world.shop.wp('option', 'delete', 'pinrelay_settings');
  });
});
