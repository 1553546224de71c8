// Who may see what on the page at the end of a purchase, soon and much later; and by what the shopper is known there.
// The ways to a purchase themselves are in flows/.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { logIn } from '../support/browser/owner.mjs';
import { PERSON } from '../support/browser/shopper.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const PAY_ELSEWHERE = /pay-elsewhere/;
const hash = (text) => createHash('sha256').update(text).digest('hex');

for (const theme of ['block', 'classic']) {
  describe(`the end of a purchase, ${theme} theme`, () => {
    const { before, after, afterEach } = hooksUnless(needsWooCommerce);
    let world;
    let shopper;

    before(async () => {
      world = await openWorld({ theme });
    });
    after(() => world.close());
    afterEach(async () => {
      await shopper.close();
      world.assertNothingRefused();
      world.standin.reset();
    });

    const webhook = (order) => fetch(`${world.shop.url}/?wc-api=pinrelay_offsite&order=${order}&paid=1`);
    const buy = (how) => (theme === 'block' ? shopper.checkoutBlock(how) : shopper.checkoutClassic(how));
    /** The first answer to the claim of a page that somebody opens. */
    const claims = async (who, url) => {
      const answer = who.page.waitForResponse((response) => response.url().includes('pinrelay/v1/claim'));
      await who.open(url);
      return (await answer).status();
    };

    async function leaveForPayment() {
      shopper = await world.shopper();
      await shopper.addByForm('/product/blue-mug/');
      await buy({ gateway: 'pinrelay_offsite', to: PAY_ELSEWHERE });
      const { searchParams } = new URL(shopper.page.url());
      return { order: Number(searchParams.get('order')), back: searchParams.get('back') };
    }

    test(`a guest who comes back after half an hour is told of by both halves, his keys by nobody else (${theme} theme)`, { skip: needsWooCommerce }, async () => {
      const { order, back } = await leaveForPayment();
      await world.shop.php(
        `$order = wc_get_order(${order}); $order->set_date_created(time() - 1800); $order->save();`,
      );
      await webhook(order);
      await world.seen(({ server }) => server.some((one) => one.event_name === 'checkout'));

      // Whoever else has the link: the merchant, a program that looks at links, two strangers, of whom the first might be
      // the buyer in another browser.
      const owner = await world.shopper();
      await logIn(owner.page, world.shop);
      await owner.open(back);
      // Pages of staff ask for nothing, and would get nothing.
      const asOwner = (body) => fetch('/wp-json/pinrelay/v1/claim', { method: 'POST', body }).then(({ status }) => status);
      const body = JSON.stringify({ key: new URL(back).searchParams.get('key'), ids: [order] });
      assert.equal(await owner.page.evaluate(asOwner, body), 204);
      const scanned = await (await fetch(back)).text();
      const stranger = await world.shopper();
      assert.equal(await claims(stranger, back), 200);
      const [{ event_id }] = await world.matched('checkout');
      const second = await world.shopper();
      assert.equal(await claims(second, back), 204);
      for (const { text } of [{ text: scanned }, ...(await stranger.sources()), ...(await owner.sources())]) {
        assert.ok(!text.includes(event_id) && !text.includes(hash(PERSON.email)));
      }
      for (const { close } of [stranger, second, owner]) await close();
      const keys = () => world.halves(event_id).browser.map(({ partner }) => partner.em);
      assert.deepEqual(keys(), [undefined]);

      assert.equal(await claims(shopper, back), 200);
      await world.seen(() => keys().length === 2);
      const [pair] = await world.matched('checkout');
      assert.equal(pair.server_count, 1);
      assert.equal(keys()[1], hash(PERSON.email));
    });

    test(`a stranger who opens the order-received page at once tells nothing (${theme} theme)`, { skip: needsWooCommerce }, async () => {
      shopper = await world.shopper();
      await shopper.addByForm('/product/blue-mug/');
      await buy();
      await world.matched('checkout');
      const stranger = await world.shopper();
      assert.equal(await claims(stranger, shopper.page.url()), 204);
      await stranger.close();
      const [pair] = await world.matched('checkout');
      assert.deepEqual([pair.browser_count, pair.server_count], [1, 1]);
    });

    // Once is enough: the theme has no part in these.
    if (theme === 'block') {
      return;
    }

    test('the click id of the ad and the id of the browser are the same at every step', { skip: needsWooCommerce }, async () => {
      shopper = await world.shopper();
      await shopper.open('/?epik=dj0yJnU9b2JDcF');
      await shopper.addByForm('/product/blue-mug/');
      await shopper.checkoutClassic();
      const pairs = [...(await world.matched('add_to_cart')), ...(await world.matched('checkout'))];
      for (const { event_id } of pairs) {
        const { server, browser } = world.halves(event_id);
        assert.equal(server[0].user_data.click_id, 'dj0yJnU9b2JDcF');
        assert.equal(server[0].user_data.external_id[0], browser[0].partner.external_id);
      }
      const [cookie] = (await shopper.context.cookies()).filter(({ name }) => name === '_epik');
      assert.ok(cookie.expires - Date.now() / 1000 > 364 * 86400);
    });

    test('a header counts once the owner trusts it', { skip: needsWooCommerce }, async () => {
      const add = async () => {
        shopper = await world.shopper();
        // To the shop alone, as a proxy would: Pinterest's script would ask its server's leave for such a header.
        await shopper.context.route(`${world.shop.url}/**`, (route) =>
          route.continue({ headers: { ...route.request().headers(), 'x-real-ip': '198.51.100.77' } }),
        );
        await shopper.addByForm('/product/blue-mug/');
        const [{ event_id }] = await world.matched('add_to_cart');
        return world.halves(event_id).server[0].user_data.client_ip_address;
      };
      assert.notEqual(await add(), '198.51.100.77');
      await shopper.close();
      world.standin.reset();
      await world.shop.php(`update_option('pinrelay_settings', ['trusted_headers' => ['X-Real-IP']]);`);
      assert.equal(await add(), '198.51.100.77');
      await world.shop.php(`delete_option('pinrelay_settings');`);
    });

    test('a bot that follows links into the cart is told by neither half', { skip: needsWooCommerce }, async () => {
      shopper = await world.shopper({ userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' });
      await shopper.open(`/?add-to-cart=${world.shop.products['MUG-1']}`);
      await world.fence();
      assert.equal(world.pairs('add_to_cart').length, 1, 'only the one that the fence made');
    });

    test('hashed keys of an account are on its own pages, and on none that a cache may keep', { skip: needsWooCommerce }, async () => {
      shopper = await world.shopper();
      await shopper.open('/my-account/');
      await shopper.page.locator('#username').fill('customer');
      await shopper.page.locator('#password').fill('customer');
      await Promise.all([shopper.page.waitForEvent('load'), shopper.page.locator('button[name="login"]').click()]);
      const keys = JSON.parse(await shopper.page.locator('#pinrelay-match').textContent());
      assert.equal(keys.em, hash('customer@example.com'));
      await world.seen(({ browser }) => browser.some(({ partner }) => partner?.em === keys.em));
      for (const path of ['/', '/shop/', '/product/blue-mug/']) {
        await shopper.open(path);
        assert.equal(await shopper.page.locator('#pinrelay-match').count(), 0, path);
      }
    });
  });
}
