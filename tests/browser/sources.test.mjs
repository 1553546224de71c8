// Who has made an order, and whose browser it was: express buttons, payment services' servers, the merchant himself,
// and wallets that fill a cart only to ask for its price. One shop for all of it.

import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { USER_AGENT } from '../support/browser/launch.mjs';
import { logIn } from '../support/browser/owner.mjs';
import { ADDRESS } from '../support/shop/buyer.mjs';
import { hooksUnless, needsWooCommerce, openWorld, screenshot } from './world.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const SERVER = 'PaymentService/1.0';

describe('who has made an order', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    const at = path.join(world.shop.paths.content, 'mu-plugins/pinrelay-test-sources.php');
    await copyFile(path.join(here, 'sources.php'), at);
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper?.close();
    shopper = null;
    world.assertNothingRefused();
    world.standin.reset();
  });

  const mug = () => world.shop.products['MUG-1'];
  const webhook = async (more) => {
    const query = new URLSearchParams({ 'wc-api': 'acme_webhook', product: mug(), ...more });
    return (await (await fetch(`${world.shop.url}/?${query}`)).json()).url;
  };
  const half = (pair) => world.halves(pair.event_id).server[0];
  const idOf = (url) => Number(/order-received[/=](\d+)/.exec(url)[1]);
  const row = async (id) => (await world.outbox()).find((one) => Number(one.order_id) === id);

  test("an express button's order, made of the shopper's own cart, has both halves", { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    const { url } = await shopper.page.evaluate(() =>
      fetch('/?wc-ajax=acme_express', { method: 'POST' }).then((answer) => answer.json()),
    );
    await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));
    await shopper.open(url);
    const [pair] = await world.matched('checkout');
    const { user_data: user, action_source: source } = half(pair);
    assert.deepEqual([user.client_user_agent, source, user.em.length], [USER_AGENT, 'web', 1]);
    assert.equal(world.halves(pair.event_id).browser[0].partner.em, user.em[0], 'he is the buyer');
  });

  test('an order that a webhook made counts once its shopper opens its page', { skip: needsWooCommerce }, async () => {
    const url = await webhook();
    assert.equal(await row(idOf(url)), undefined, 'nobody knows whose it is');
    // Whoever fetches the page without ever having been in the shop is no shopper.
    await fetch(url, { headers: { 'User-Agent': USER_AGENT } });
    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    await owner.open(url);
    assert.equal(await row(idOf(url)), undefined);
    await owner.close();

    shopper = await world.shopper();
    await shopper.open(url);
    const [pair] = await world.matched('checkout');
    assert.deepEqual([half(pair).user_data.client_user_agent, half(pair).action_source], [USER_AGENT, 'web']);
  });

  test('orders of an unknown source are shown to the owner, and one click makes them count', { skip: needsWooCommerce }, async () => {
    const url = await webhook({ via: 'acme_market', age: 600 });
    await world.fence();
    assert.equal(world.pairs('checkout').length, 0);
    shopper = await world.shopper();
    await logIn(shopper.page, world.shop);
    await shopper.open('/wp-admin/admin.php?page=pinrelay');
    await screenshot(shopper.page, 'unknown-sources');
    const button = shopper.page.locator('button[name=source][value=acme_market]');
    assert.match(await shopper.page.locator('#pinrelay-sources ~ form').first().innerText(), /acme_market\s+1/);
    await Promise.all([shopper.page.waitForEvent('load'), button.click()]);
    await screenshot(shopper.page, 'unknown-sources-counted');
    assert.equal(await button.count(), 0);
    assert.ok(await shopper.page.locator('[name="order_sources[]"][value="via:acme_market"]').isChecked());
    await world.seen((seen) => seen.server.some(({ event }) => Number(event.custom_data?.order_id) === idOf(url)));
    assert.equal((await row(idOf(url))).state !== 'noted', true);
    // It stays chosen when the form is saved.
    await Promise.all([shopper.page.waitForEvent('load'), shopper.page.locator('#submit').click()]);
    assert.ok(await shopper.page.locator('[name="order_sources[]"][value="via:acme_market"]').isChecked());
    await world.shop.php(`delete_option('pinrelay_settings');`);
  });

  /** What a payment service's server does with the token of a cart; gives what the shop answered. */
  async function byServer(token, method, route, body) {
    const answer = await fetch(`${world.shop.url}/wp-json/wc/store/v1${route}`, {
      method,
      headers: { 'Content-Type': 'application/json', 'User-Agent': SERVER, ...(token && { 'Cart-Token': token }) },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${route} answered ${answer.status}`);
    const given = answer.headers.getSetCookie().map((line) => line.split('=')[0]);
    assert.deepEqual(given.filter((name) => name.startsWith('pinrelay')), [], 'nothing for its cookie jar');
    return { token: answer.headers.get('Cart-Token'), body: await answer.json() };
  }
  const place = (token) =>
    byServer(token, 'POST', '/checkout', { billing_address: ADDRESS, payment_method: 'pinrelay_card' });

  test("an order placed by another server has the keys of the browser that filled the cart", { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    const token = await shopper.page.evaluate(() =>
      fetch('/wp-json/wc/store/v1/cart').then((answer) => answer.headers.get('Cart-Token')),
    );
    const { body } = await place(token);
    await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));
    assert.equal(half(world.pairs('checkout')[0]).user_data.client_user_agent, USER_AGENT);
    assert.notEqual(half(world.pairs('add_payment_info')[0]).user_data.client_user_agent, SERVER);

    await shopper.open(body.payment_result.redirect_url);
    const [pair] = await world.matched('checkout');
    const { server, browser } = world.halves(pair.event_id);
    assert.equal(browser[0].partner.external_id, server[0].user_data.external_id[0]);
  });

  test('a shopper for whom another server orders before he has answered may still agree, and nobody else', { skip: needsWooCommerce }, async () => {
    await world.shop.php(`update_option('pinrelay_settings', ['consent' => 'filter']);`);
    const agree = async (who) => {
      const heard = who.page.waitForResponse((response) => response.url().includes('pinrelay/v1/claim'));
      await who.page.evaluate(() => window.pinrelay.consent(true));
      return (await heard).status();
    };
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    const token = await shopper.page.evaluate(() =>
      fetch('/wp-json/wc/store/v1/cart').then((answer) => answer.headers.get('Cart-Token')),
    );
    const { body } = await place(token);
    const other = await world.shopper();
    await other.open(body.payment_result.redirect_url);
    assert.equal(await agree(other), 204);
    await other.close();
    await shopper.open(body.payment_result.redirect_url);
    assert.equal((await row(body.order_id)).consent, 'unanswered');
    assert.equal(await agree(shopper), 200);
    const [pair] = await world.matched('checkout');
    const { server, browser } = world.halves(pair.event_id);
    assert.equal(browser[0].partner.external_id, server[0].user_data.external_id[0]);
    assert.ok(browser[0].partner.em);
    await world.shop.php(`delete_option('pinrelay_settings');`);
  });

  test("a cart that only a server has seen gives the buyer's own data and nobody's browser", { skip: needsWooCommerce }, async () => {
    const { token } = await byServer(null, 'GET', '/cart');
    await byServer(token, 'POST', '/cart/add-item', { id: mug(), quantity: 1 });
    await place(token);
    await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));
    const { user_data: user } = half(world.pairs('checkout')[0]);
    assert.deepEqual([user.client_user_agent, user.client_ip_address, user.external_id], [undefined, undefined, undefined]);
    assert.equal(user.em.length, 1);
    const agents = world.standin.records().server.map(({ event }) => event.user_data.client_user_agent);
    assert.ok(!agents.includes(SERVER));
  });

  test("a headless page's own browser is the shopper's, by its origin", { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await shopper.open('/');
    const status = await shopper.page.evaluate(async (id) => {
      const root = '/wp-json/wc/store/v1/cart';
      const token = (await fetch(root, { credentials: 'omit' })).headers.get('Cart-Token');
      const headers = { 'Content-Type': 'application/json', 'Cart-Token': token };
      const body = JSON.stringify({ id, quantity: 1 });
      return (await fetch(`${root}/add-item`, { method: 'POST', credentials: 'omit', headers, body })).status;
    }, mug());
    assert.equal(status, 201);
    await world.seen(({ server }) => server.some((one) => one.event_name === 'add_to_cart'));
    assert.equal(half(world.pairs('add_to_cart')[0]).user_data.client_user_agent, USER_AGENT);
  });

  test('the merchant at the front end tells no visits and gives no match keys, and reads that', { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await logIn(shopper.page, world.shop);
    await shopper.addByForm('/product/blue-mug/');
    const note = shopper.page.locator('#wp-admin-bar-pinrelay-staff');
    assert.ok(await note.isVisible());
    await screenshot(shopper.page, 'staff-note');
    await shopper.checkoutClassic({ gateway: 'pinrelay_card' });
    await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));
    await world.fence();
    const { server, browser } = world.standin.records();
    const [told] = server.filter((one) => one.event_name === 'checkout');
    const { em, client_user_agent: agent, client_ip_address: ip, external_id: id, click_id: click } = told.event.user_data;
    assert.deepEqual([em.length, agent, ip, id, click], [1, undefined, undefined, undefined, undefined]);
    // What the fence told is its own shopper's.
    const names = server.map((one) => one.event_name).filter((name) => !['checkout', 'page_visit'].includes(name));
    assert.deepEqual(names, ['add_to_cart']);
    assert.deepEqual(browser.filter(({ command, event_name: name }) => command === 'track' && name === 'checkout'), []);
    const cookies = (await shopper.context.cookies()).map(({ name }) => name);
    assert.ok(!cookies.includes('pinrelay_buyer'));

    // Unless he wants it otherwise.
    await world.shop.php(`update_option('pinrelay_settings', ['staff_shops' => true]);`);
    world.standin.reset();
    await shopper.addByForm('/product/blue-mug/');
    assert.equal(await note.count(), 0);
    await world.matched('add_to_cart');
    await world.shop.php(`delete_option('pinrelay_settings');`);
  });

  test("a wallet that fills a cart of its own to ask for a price adds nothing to the shopper's", { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await shopper.open('/product/blue-mug/');
    const statuses = await shopper.page.evaluate(async (id) => {
      const root = '/wp-json/wc/store/v1/cart';
      const nonce = (await fetch(root)).headers.get('Nonce');
      const add = (more) =>
        fetch(`${root}/add-item`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Nonce: nonce, ...more },
          body: JSON.stringify({ id, quantity: 1 }),
        }).then((answer) => answer.status);
      return [
        await add({ 'X-WooPayments-Tokenized-Cart': 'true' }),
        await add({ 'X-WooPayments-Tokenized-Cart-Session': '' , 'X-WooPayments-Tokenized-Cart': 'true' }),
        await add({}),
      ];
    }, mug());
    assert.deepEqual(statuses, [201, 201, 201]);
    await world.matched('add_to_cart');
  });

  test('a wallet that fills the own cart for a moment adds nothing to it', { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await world.matched('add_to_cart');
    const total = await shopper.page.evaluate(async (product) => {
      const body = new URLSearchParams({ action: 'mollie_apple_pay_update_shipping_contact', product });
      return (await (await fetch('/wp-admin/admin-ajax.php', { method: 'POST', body })).json()).total;
    }, world.shop.products['BOOK-1']);
    assert.equal(Number(total), 7);
    await shopper.addById(mug());
    await world.matched('add_to_cart', 2);
  });

  test('a bundle counts once on both halves, and is worth its parts', { skip: needsWooCommerce }, async () => {
    shopper = await world.shopper();
    await shopper.context.addCookies([
      { name: 'acme_bundle', value: String(world.shop.products['BOOK-1']), url: world.shop.url },
    ]);
    await shopper.addByForm('/product/blue-mug/', { units: 2 });
    await shopper.checkoutClassic({ gateway: 'pinrelay_card' });
    for (const name of ['add_to_cart', 'initiate_checkout', 'checkout']) {
      const [pair] = name === 'initiate_checkout' ? await world.collected(name) : await world.matched(name);
      const { server, browser } = world.halves(pair.event_id);
      const data = server[0].custom_data;
      assert.deepEqual([data.num_items, data.contents.length], [2, 1], name);
      assert.equal(browser[0].data.order_quantity, 2, name);
      assert.equal(Number(data.value), Number(browser[0].data.value), name);
      assert.equal(Number(data.contents[0].item_price) * 2, Number(data.value), `${name}: the parts are in its price`);
    }
  });
});
