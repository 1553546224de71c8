// A shopper and a cookie banner: what is loaded, kept and told before he answers, when he agrees, and when he takes it
// back; on both halves, with the functions and events of the WP Consent API and with code of one's own. Whoever refuses
// is in refusing-visitors.test.mjs.

import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { logIn } from '../support/browser/owner.mjs';
import { until } from '../support/shop/service.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const PLUGINS = fileURLToPath(new URL('../support/consent', import.meta.url));

const json = (value) => `json_decode('${JSON.stringify(value)}', true)`;

async function openShopWithBanner(theme, settings, banner) {
  const world = await openWorld({ theme });
  for (const plugin of ['wp-consent-api', 'test-banner']) {
    await cp(path.join(PLUGINS, plugin), path.join(world.shop.paths.plugins, plugin), { recursive: true });
    if (plugin === 'test-banner' || banner.talks === 'api') {
      await world.shop.wp('plugin', 'activate', plugin);
    }
  }
  await world.shop.php(`update_option('test_banner', ${json(banner)}); update_option('pinrelay_settings', ${json(settings)});`);
  return world;
}

/** Both halves of the only order, with the match keys of its buyer. */
async function assertToldAsBuyers(world) {
  const [pair] = await world.matched('checkout');
  const { server, browser } = world.halves(pair.event_id);
  assert.deepEqual([pair.browser_count, pair.server_count], [1, 1]);
  assert.ok(server[0].user_data.em && server[0].user_data.client_ip_address);
  assert.ok(browser[0].partner.em);
}

const MODES = [
  { name: 'the WP Consent API', settings: { consent: 'wp_consent_api' }, banner: { type: 'optin', talks: 'api' } },
  { name: 'own code', settings: { consent: 'filter' }, banner: { type: 'optin', talks: 'pinrelay' } },
];

for (const { name, settings, banner } of MODES) {
  const theme = banner.talks === 'api' ? 'block' : 'classic';
  const onlyWith = theme === 'block' && needsWooCommerce;

  describe(`consent by ${name}`, () => {
    const { before, after, afterEach } = hooksUnless(onlyWith);
    let world;
    let shopper;

    before(async () => {
      world = await openShopWithBanner(theme, settings, banner);
    });
    after(() => world.close());
    afterEach(async () => {
      await shopper.close();
      world.assertNothingRefused();
      world.standin.reset();
    });

    const answer = (id) => shopper.page.locator(`#${id}`).click();
    const ours = async () =>
      (await shopper.context.cookies()).map((cookie) => cookie.name).filter((one) => /^(pinrelay_(?!consent)|_epik|_pin)/.test(one));
    const buy = () => (theme === 'block' ? shopper.checkoutBlock() : shopper.checkoutClassic());
    const row = async (id) => (await world.outbox()).find((one) => Number(one.order_id) === id);
    const lastOrder = async () => (await world.orders())[0].id;
    /** Whoever agreed has been heard since; what had to come before him would be there. */
    async function othersAreHeard() {
      const other = await world.shopper();
      await other.open('/product/blue-mug/');
      await other.page.locator('#accept').click();
      await other.addByForm('/product/blue-mug/');
      await world.seen(({ pairs }) => pairs.some((pair) => pair.event_name === 'add_to_cart' && pair.matched));
      await other.close();
    }

    test(`a shopper who does not answer buys, and nothing is loaded, kept or told (${name})`, { skip: onlyWith }, async () => {
      shopper = await world.shopper();
      await shopper.open('/product/blue-mug/?epik=dj0yJnU9');
      await shopper.addByForm('/product/blue-mug/');
      await buy();
      const id = await lastOrder();
      await othersAreHeard();
      assert.deepEqual(await ours(), []);
      assert.deepEqual(world.pairs('checkout'), []);
      assert.equal(world.pairs('add_to_cart').length, 1, 'the other one');
      assert.equal(await shopper.page.locator('script[src*="core.js"], #pinrelay-match').count(), 0);
      const { verdict, consent, context, event_id } = await row(id);
      assert.deepEqual([verdict, consent, context, event_id], ['refused', 'unanswered', '', '']);
      assert.deepEqual(shopper.errors.map(String), []);
    });

    test(`a shopper who agrees is told of from that page on, by both halves (${name})`, { skip: onlyWith }, async () => {
      shopper = await world.shopper();
      await shopper.open('/product/blue-mug/?epik=dj0yJnU9');
      await answer('accept');
      await world.ticksUntil('the visit by both halves', () => world.pairs('page_visit').some((pair) => pair.matched));
      const commands = world.standin.records().browser.map(({ command }) => command);
      assert.deepEqual(commands.slice(0, 2), ['setconsent', 'load']);
      await shopper.addByForm('/product/blue-mug/');
      await world.matched('add_to_cart');
      await buy();
      const [pair] = await world.matched('checkout');
      const id = await lastOrder();
      assert.equal((await row(id)).consent, 'granted');
      const { server } = world.halves(pair.event_id);
      assert.equal(server[0].user_data.click_id, 'dj0yJnU9', 'from the page before the answer');
    });

    test(`consent taken back stops the visits that are not sent yet, and nobody else's (${name})`, { skip: onlyWith }, async () => {
      // A refused token makes the sender stand still, and settings that changed make it go on.
      world.standin.misbehave({ mode: 'unauthorized' });
      const ids = () => world.standin.records().browser.map(({ event_id }) => event_id).filter(Boolean);
      const visitAndAdd = async () => {
        const who = await world.shopper();
        let collected = 0;
        who.page.on('response', (response) => (collected += response.url().includes('collect.php') ? 1 : 0));
        const before = ids();
        await who.open('/product/blue-mug/');
        await who.page.locator('#accept').click();
        await until('the first visit to be collected', () => collected === 1);
        await who.addByForm('/product/blue-mug/');
        await until('every visit to be collected', () => collected === 3);
        await world.seen(() => ids().length === before.length + 4);
        return { who, told: ids().filter((id) => !before.includes(id)) };
      };
      const other = await visitAndAdd();
      const one = await visitAndAdd();
      shopper = one.who;
      await Promise.all([
        shopper.page.waitForResponse((response) => response.url().includes('pinrelay/v1/consent')),
        answer('decline'),
      ]);
      await other.who.close();
      world.standin.misbehave({ mode: 'ok' });
      world.standin.reset();
      await world.shop.php("$s = get_option('pinrelay_state'); ++$s['generation']; update_option('pinrelay_state', $s);");
      await othersAreHeard();
      const arrived = world.standin.records().server.map(({ event_id }) => event_id);
      assert.deepEqual(other.told.filter((id) => !arrived.includes(id)), []);
      assert.deepEqual(one.told.filter((id) => arrived.includes(id)), []);
    });

    test(`consent taken back stops the order that is not sent yet (${name})`, { skip: onlyWith }, async () => {
      world.standin.misbehave({ mode: '503' });
      shopper = await world.shopper();
      await shopper.open('/product/blue-mug/');
      await answer('accept');
      await shopper.addByForm('/product/blue-mug/');
      await buy();
      const id = await lastOrder();
      assert.equal((await row(id)).consent, 'granted');
      await Promise.all([
        shopper.page.waitForResponse((response) => response.url().includes('pinrelay/v1/consent')),
        answer('decline'),
      ]);
      assert.equal((await row(id)).consent, 'refused');
      assert.deepEqual(await ours(), []);
      world.standin.misbehave({ mode: 'ok' });
      world.standin.reset();
      const rows = await world.outboxUntil('the order to be taken back', (all) =>
        all.some((one) => Number(one.order_id) === id && one.state === 'settled'),
      );
      assert.match(rows.find((one) => Number(one.order_id) === id).verdict, /^(withdrawn|refused)$/);
      assert.deepEqual(world.standin.records().server.filter(({ event_name }) => event_name === 'checkout'), []);
      await shopper.page.reload();
      const asked = await shopper.page.evaluate(async () => {
        const { order } = JSON.parse(document.getElementById('pinrelay-page').textContent);
        const key = new URLSearchParams(location.search).get('key');
        const body = JSON.stringify({ key, ids: [] });
        return (await fetch(order.claim[0], { method: 'POST', body })).status;
      });
      assert.equal(asked, 204, 'nor by the browser');
    });

    const agreesLate = `an order placed before any answer waits for its buyer, and for nobody else with its page (${name})`;
    test(agreesLate, { skip: needsWooCommerce }, async () => {
      shopper = await world.shopper();
      await shopper.addByForm('/product/blue-mug/');
      await buy();
      const id = await lastOrder();
      const other = await world.shopper();
      await other.addByForm('/product/blue-mug/');
      await other.open(shopper.page.url());
      const heard = other.page.waitForResponse((response) => response.url().includes('pinrelay/v1/claim'));
      await other.page.locator('#accept').click();
      assert.equal((await heard).status(), 204);
      assert.equal((await other.context.cookies()).some((cookie) => cookie.name === 'pinrelay_buyer'), false);
      await other.close();
      const { consent, context, buyer } = await row(id);
      assert.deepEqual([consent, context, buyer], ['unanswered', '', '']);
      await othersAreHeard();
      assert.deepEqual(world.pairs('checkout'), []);
      await answer('accept');
      await assertToldAsBuyers(world);
      assert.ok((await ours()).includes('pinrelay_buyer'));
      assert.equal((await row(id)).consent, 'granted');
    });

    test(`nothing of the decision is in the page (${name})`, { skip: onlyWith }, async () => {
      const ours = (text) => [...text.matchAll(/<script\b[^>]*pinrelay[^>]*>[\s\S]*?<\/script>/gi)].map(([whole]) => whole);
      shopper = await world.shopper();
      await shopper.open('/product/blue-mug/');
      await answer('accept');
      await world.seen(({ pairs }) => pairs.some((pair) => pair.event_name === 'page_visit'));
      await shopper.open('/product/blue-mug/');
      const sources = (await shopper.sources()).map(({ text }) => ours(text));
      assert.ok(sources[0].length > 0);
      assert.deepEqual(sources[0], sources[1]);
    });
  });
}

describe('a banner that tells its type in the browser alone, late, and refuses before anybody has answered', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openShopWithBanner('classic', { consent: 'wp_consent_api' }, { type: 'optin', talks: 'api', late: 300 });
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  const skip = needsWooCommerce;
  const answer = (id) => shopper.page.locator(`#${id}`).click();
  const row = async () => (await world.outbox()).at(-1);
  const bannerHasTold = () => shopper.page.waitForFunction(() => /wp_consent_marketing=/.test(document.cookie));
  const notice = async () => {
    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    await owner.open('/wp-admin/plugins.php');
    const words = await owner.page.locator('.notice-error', { hasText: 'Pinrelay' }).allTextContents();
    await owner.close();
    return words.join();
  };

  test('the owner of a shop whose banner nobody has heard yet is told', { skip }, async () => {
    shopper = await world.shopper();
    assert.match(await notice(), /no cookie banner has reported an answer/);
  });

  test('nothing is told, kept or sent of who has not answered, by either half', { skip }, async () => {
    shopper = await world.shopper();
    await shopper.open('/product/blue-mug/?epik=dj0yJnU9');
    await bannerHasTold();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    const { verdict, consent, context, event_id } = await row();
    assert.deepEqual([verdict, consent, context, event_id], ['refused', 'unanswered', '', '']);
    const other = await world.shopper();
    await other.context.addCookies([{ name: 'wp_consent_marketing', value: 'allow', url: world.shop.url }]);
    await other.addByForm('/product/blue-mug/');
    await world.matched('add_to_cart');
    await other.close();
    await world.tick();
    assert.deepEqual(['add_payment_info', 'initiate_checkout', 'checkout'].flatMap(world.pairs), []);
    const names = (await shopper.context.cookies()).map(({ name }) => name);
    assert.deepEqual(names.filter((name) => /^(pinrelay|_epik|_pin)/.test(name)), []);
    assert.equal(await notice(), '', 'a banner has been heard');
  });

  test('who agrees on the page of his order within the hour has it told, by both halves', { skip }, async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await bannerHasTold();
    assert.equal((await row()).consent, 'unanswered');
    const heard = shopper.page.waitForResponse((response) => response.url().includes('pinrelay/v1/claim'));
    await answer('accept');
    await heard;
    await world.seen(({ pairs }) => pairs.some(({ event_name, server }) => event_name === 'checkout' && server));
    assert.equal((await row()).consent, 'granted');
    const [pair] = await world.matched('checkout');
    assert.equal(pair.browser_count, 1);
    const [{ user_data }] = world.halves(pair.event_id).server;
    assert.ok(user_data.em && user_data.client_ip_address && user_data.external_id);
  });

  test('who was away to pay, comes back by a POST of the bank and then agrees, where REST is closed', { skip }, async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic({ gateway: 'pinrelay_offsite', to: /pay-elsewhere/ });
    const { searchParams } = new URL(shopper.page.url());
    // Of a cookie that says nothing of it Chromium makes an exception for two minutes.
    await shopper.context.addCookies((await shopper.context.cookies()).map((cookie) => ({ ...cookie, sameSite: 'Lax' })));
    await fetch(`${world.shop.url}/?wc-api=pinrelay_offsite&order=${searchParams.get('order')}&paid=1`);
    const form = `<form method="post" action="${searchParams.get('back')}"></form><script>document.forms[0].submit()</script>`;
    await shopper.context.route('http://bank.example/**', (route) => route.fulfill({ contentType: 'text/html', body: form }));
    await shopper.context.route(/pinrelay\/v1\//, (route) => route.abort());
    const arrival = shopper.page.waitForRequest((request) => request.method() === 'POST' && request.isNavigationRequest());
    await shopper.page.goto('http://bank.example/3ds', { waitUntil: 'commit' });
    assert.doesNotMatch((await (await arrival).allHeaders()).cookie ?? '', /wp_woocommerce_session/);
    await shopper.page.waitForLoadState('load');
    await bannerHasTold();
    assert.equal((await row()).consent, 'unanswered');
    await answer('accept');
    await assertToldAsBuyers(world);
  });

  test('a customer who is signed in agrees late, and takes it back, and the shop knows him as before', { skip }, async () => {
    shopper = await world.shopper();
    const form = { log: 'customer', pwd: 'customer' };
    await shopper.page.request.post('/wp-login.php', { form, maxRedirects: 0 });
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await bannerHasTold();
    await answer('accept');
    await assertToldAsBuyers(world);
    await shopper.addByForm('/product/blue-mug/');
    const session = async () =>
      (await shopper.context.cookies()).find(({ name }) => name.startsWith('wp_woocommerce_session_'))?.value;
    const before = await session();
    assert.ok(before);
    const heard = shopper.page.waitForResponse((response) => response.url().includes('pinrelay/v1/consent'));
    await answer('decline');
    await heard;
    assert.equal(await session(), before);
    const kept = `global $wpdb; echo $wpdb->get_var("SELECT session_value FROM {$wpdb->prefix}woocommerce_sessions WHERE session_key = '${before.split(/%7C|\|/)[0]}'");`;
    assert.match(await world.shop.php(kept), /"cart"/);
  });

  test('who agrees there to a banner that loads the page anew has it told, by both halves once', { skip }, async () => {
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await bannerHasTold();
    assert.equal((await row()).consent, 'unanswered');
    // What the page would still say by itself is lost with it.
    await shopper.context.route(/pinrelay.*claim/, (route) => route.abort());
    await Promise.all([
      shopper.page.waitForEvent('load'),
      shopper.page.evaluate("document.cookie = 'wp_consent_marketing=allow; path=/'; location.reload()"),
    ]);
    await shopper.context.unroute(/pinrelay.*claim/);
    const [pair] = await world.matched('checkout');
    assert.deepEqual([(await row()).consent, pair.browser_count, pair.server_count], ['granted', 1, 1]);
  });

  test("a veto of the banner's own function, of which no cookie tells, is heard by both halves", { skip }, async () => {
    shopper = await world.shopper();
    await shopper.context.addCookies([{ name: 'wp_consent_marketing', value: 'allow', url: world.shop.url }]);
    await shopper.context.addInitScript(() => {
      // Before what waits for the whole page.
      document.addEventListener('readystatechange', () => {
        window.wp_has_consent = () => false;
      });
    });
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    const { verdict, context } = await row();
    assert.deepEqual([verdict, context], ['refused', '']);
    const other = await world.shopper();
    await other.context.addCookies([{ name: 'wp_consent_marketing', value: 'allow', url: world.shop.url }]);
    await other.addByForm('/product/blue-mug/');
    await world.matched('add_to_cart');
    await other.close();
    await world.tick();
    assert.deepEqual(['add_payment_info', 'initiate_checkout', 'checkout'].flatMap(world.pairs), []);
  });

  test('where visitors may object, the type that the browser was told reaches what the server tells', { skip }, async () => {
    await world.shop.php("update_option('test_banner', ['type' => 'optout', 'late' => 0] + get_option('test_banner'));");
    shopper = await world.shopper();
    await shopper.open('/product/blue-mug/');
    await world.collected('page_visit');
    await shopper.addByForm('/product/blue-mug/');
    await world.matched('add_to_cart');
    await answer('decline');
    await shopper.page.waitForFunction(() => !/pinrelay_vid/.test(document.cookie));
    await shopper.addByForm('/product/blue-mug/');
    await world.tick();
    assert.equal(world.pairs('add_to_cart').length, 1);
  });
});
