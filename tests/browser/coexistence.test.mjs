// Beside others: Pinterest's own plugin, a second tag on the page, a tag manager, a policy with nonces; and what the
// owner sees of it.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';

import { logIn } from '../support/browser/owner.mjs';
import { hooksUnless, needsWooCommerce, openWorld, screenshot } from './world.mjs';

const PAGE = '/wp-admin/admin.php?page=pinrelay';

describe('beside others', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let owner;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    owner = await world.shopper();
    await logIn(owner.page, world.shop);
  });
  after(() => world.close());
  afterEach(async () => {
    await put('');
    world.standin.reset();
  });

  /** Code of somebody else's, as a must-use plugin. */
  const put = (code) => writeFile(path.join(world.shop.paths.content, 'mu-plugins/somebody-else.php'), `<?php\n${code}`);

  /** Status and words of one of our tests, as Tools > Site Health runs it. */
  const siteHealth = (name) =>
    world.shop.php(`
      require_once ABSPATH . 'wp-admin/includes/class-wp-site-health.php';
      $result = (WP_Site_Health::get_tests()['direct']['pinrelay_${name}']['test'])();
      echo $result['status'], ' ', wp_strip_all_tags($result['description']);`);

  test("Pinterest's own plugin holds our server half back until the owner decides", { skip: needsWooCommerce }, async () => {
    await world.shop.php(
      "update_option('pinterest_for_woocommerce', ['track_conversions' => true, 'track_conversions_capi' => true]);",
    );
    await put("define('PINTEREST_FOR_WOOCOMMERCE_VERSION', '1.5.1');");
    const shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await world.seen(({ pairs }) => pairs.some(({ event_name, browser }) => event_name === 'checkout' && browser));
    await world.tick();
    assert.deepEqual(world.standin.records().server, []);
    assert.equal((await world.outbox()).at(-1).state, 'pending');

    await owner.open('/wp-admin/');
    const notice = owner.page.locator('.notice', { hasText: 'Pinterest for WooCommerce' });
    await notice.waitFor();
    await screenshot(owner.page, 'notice-official-plugin');
    await Promise.all([owner.page.waitForEvent('load'), notice.locator('button').click()]);
    assert.equal(await notice.count(), 0);
    await world.tick();
    const [pair] = await world.matched('checkout');
    assert.equal(pair.server_count, 1);
    await shopper.close();
  });

  test('a second tag is found on the owner\'s own visit and named in Site Health and the status', { skip: needsWooCommerce }, async () => {
    await put(
      "add_action('wp_head', static fn () => print(\"<script>setTimeout(() => { const s = document.createElement('script');\"" +
        " . \"s.text = `window.pintrk && pintrk('load', '2700000000001')`; document.head.append(s); }, 500)</script>\"));",
    );
    const told = owner.page.waitForResponse((response) => response.url().includes('second-tag') && response.status() === 204);
    await owner.open('/');
    await told;
    await owner.open(PAGE);
    assert.match(await owner.page.locator('.wrap').innerText(), /2700000000001/);
    await screenshot(owner.page, 'settings-all');
    assert.match(await siteHealth('second_tag'), /recommended.*2700000000001/);
    await put('');
    const gone = owner.page.waitForResponse((response) => response.url().includes('second-tag') && response.status() === 204);
    await owner.open('/');
    await gone;
    assert.match(await siteHealth('second_tag'), /^good/);
    assert.match(await siteHealth('address'), /^good/);
    await owner.open(PAGE);
    assert.doesNotMatch(await owner.page.locator('.wrap').innerText(), /2700000000001/);
  });

  test('a shopper does not load what looks for other tags', { skip: needsWooCommerce }, async () => {
    const shopper = await world.shopper();
    await shopper.open('/');
    assert.equal(await shopper.page.locator('script[src*="second-tag"]').count(), 0);
    await shopper.close();
  });

  test('a shop with a tag manager hands each purchase to its data layer once, and its server half has the same id', { skip: needsWooCommerce }, async () => {
    await world.shop.php("update_option('pinrelay_settings', ['gtm' => true]);");
    const shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await shopper.page.waitForFunction(() => (window.dataLayer || []).some(({ pinrelay }) => pinrelay && pinrelay.event_name === 'checkout'));
    const told = await shopper.page.evaluate(() => window.dataLayer.filter(({ pinrelay }) => pinrelay && pinrelay.event_name === 'checkout'));
    assert.equal(told.length, 1);
    await world.seen(({ server }) => server.some(({ event_id }) => event_id === told[0].event_id));
    assert.deepEqual(world.standin.records().browser, [], 'no library of ours');
    await world.shop.php("delete_option('pinrelay_settings');");
    await shopper.close();
  });

  test('under a policy of nonces and named hosts everything works', { skip: needsWooCommerce }, async () => {
    const { origin } = new URL(world.standin.url);
    await put(`
      add_action('send_headers', static function (): void {
          header("Content-Security-Policy: script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self' ${origin}");
      });
      foreach (['wp_script_attributes', 'wp_inline_script_attributes'] as $filter) {
          add_filter($filter, static fn (array $attributes): array => $attributes + ['nonce' => 'abc']);
      }`);
    const shopper = await world.shopper();
    const refused = [];
    shopper.page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()));
    await shopper.open('/product/blue-mug/');
    await world.seen(({ pairs }) => pairs.some(({ event_name, matched }) => event_name === 'page_visit' && matched));
    assert.deepEqual(refused.filter((text) => /pinrelay|pintrk|core\.js/.test(text)), []);
    await shopper.close();
  });

  const field = (name) => owner.page.locator(`#pinrelay-${name}`);
  const save = () => Promise.all([owner.page.waitForEvent('load'), owner.page.locator('#submit').click()]);

  test('every faulty entry is named, and nothing is saved', { skip: needsWooCommerce }, async () => {
    await owner.open(PAGE);
    await field('ldp_states').fill('CA, Atlantis');
    await field('trusted_headers').fill('X-Real-IP: 1');
    await save();
    assert.match(await owner.page.locator('#pinrelay-ldp_states-fault').innerText(), /ATLANTIS/);
    assert.match(await owner.page.locator('#pinrelay-trusted_headers-fault').innerText(), /X-Real-IP:/);
    await screenshot(owner.page, 'settings-privacy-faults');
  });

  test('what is entered is saved and shown again', { skip: needsWooCommerce }, async () => {
    await owner.open(PAGE);
    await field('consent').selectOption('filter');
    await field('consent_default').selectOption('granted');
    await field('ldp_states').fill('ca co');
    await owner.page.locator('input[name="order_sources[]"][value="subscription"]').check();
    await field('gtm').check();
    await save();
    await owner.open(PAGE);
    assert.equal(await field('consent').inputValue(), 'filter');
    assert.equal(await field('consent_default').inputValue(), 'granted');
    assert.equal(await field('ldp_states').inputValue(), 'CA, CO');
    assert.ok(await owner.page.locator('input[name="order_sources[]"][value="subscription"]').isChecked());
    assert.ok(await field('gtm').isChecked());
    await screenshot(owner.page, 'settings-privacy');
    await world.shop.php("delete_option('pinrelay_settings');");
  });
});
