// A full-page cache gives all visitors the same bytes. Each visit is told all the same, by both halves under an id of its
// own, and the bytes say nothing of anybody.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { until } from '../support/shop/service.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const VISITORS = 50;
const AT_ONCE = 5;
const PAGE = '/product/blue-mug/';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

describe('pages from a full-page cache', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;

  before(async () => {
    world = await openWorld({ theme: 'classic', cache: true });
    await world.tick();
  });
  afterEach(() => {
    world.assertNothingRefused();
    world.standin.reset();
  });
  after(() => world.close());

  /** The page as the cache keeps it, once it does. */
  const cached = (path) =>
    until(`the cache to hold ${path}`, async () => {
      const answer = await fetch(world.shop.url + path);
      const html = await answer.text();
      return answer.headers.get('x-cache') === 'HIT' && html;
    });

  test(`${VISITORS} visitors of one cached page are ${VISITORS} visits, each matched`, { skip: needsWooCommerce }, async () => {
    await cached(PAGE);
    const hits = [];
    const visit = async () => {
      const visitor = await world.shopper();
      // The theme's own files are not the question, and fifty times over they take their time.
      await visitor.context.route(/\/wp-(content\/themes|content\/plugins\/woocommerce|includes)\//, (route) => route.abort());
      const collected = visitor.page.waitForResponse(/collect\.php/);
      const page = await visitor.open(PAGE);
      hits.push(page.headers()['x-cache']);
      assert.equal((await collected).status(), 204);
      await visitor.page.waitForFunction(() => window.pintrk.recording);
      return visitor;
    };
    for (let done = 0; done < VISITORS; done += AT_ONCE) {
      const visitors = await Promise.all(Array.from({ length: AT_ONCE }, visit));
      await world.seen((seen) => seen.browser.filter(({ api_name }) => api_name === 'page_visit').length >= done + AT_ONCE);
      await Promise.all(visitors.map((visitor) => visitor.close()));
    }
    const pairs = await world.collected('page_visit', VISITORS);
    assert.ok(pairs.every((pair) => pair.browser_count === 1 && pair.server_count === 1));
    assert.equal(new Set(pairs.map((pair) => pair.event_id)).size, VISITORS);
    assert.deepEqual(new Set(hits), new Set(['HIT']));
    const browsers = world.standin.records().server.map(({ event }) => event.user_data.external_id[0]);
    assert.equal(new Set(browsers).size, VISITORS);
  });

  test('the cached bytes hold no id, no nonce and nothing of who came first', { skip: needsWooCommerce }, async () => {
    const ours = (html) => html.match(/<script[^>]*id="pinrelay[^>]*>[\s\S]*?<\/script>/g);
    const path = '/product/vase/';
    const cookie = 'pinrelay_vid=6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d; _epik=dj0yJnU9cookie; pinrelay_consent=1';
    const first = await fetch(world.shop.url + path, { headers: { cookie, 'user-agent': 'Ottilie/1.0' } });
    assert.equal(first.headers.get('x-cache'), 'MISS');
    assert.ok(!/pinrelay|_epik/.test(first.headers.get('set-cookie') ?? ''));
    const kept = ours(await first.text());
    assert.ok(kept.some((element) => element.includes('pinrelay-page')));
    for (const element of kept) {
      assert.doesNotMatch(element, UUID);
      assert.doesNotMatch(element, /nonce|dj0yJnU9|Ottilie|203\.0\.113/i);
    }
    const stranger = await fetch(`${world.shop.url}${path}?fresh`);
    assert.equal(stranger.headers.get('x-cache'), 'MISS');
    assert.deepEqual(ours(await stranger.text()), kept);
  });

  test("a visit is told in the page's language, in a shop that speaks several", { skip: needsWooCommerce }, async () => {
    const german = "<?php add_filter('locale', static fn ($as) => isset($_GET['in-german']) ? 'de_DE' : $as);";
    await writeFile(join(world.shop.paths.content, 'mu-plugins/languages.php'), german);
    const html = await (await fetch(`${world.shop.url}${PAGE}?in-german`)).text();
    const { events } = JSON.parse(/id="pinrelay-page"[^>]*>([\s\S]*?)<\/script>/.exec(html)[1]);
    assert.equal(JSON.parse(events[0].facts).language, 'de');
  });

  /** An account and a checkout that an owner has put on pages beside WooCommerce's own. */
  const OTHER_PAGES = [
    ['customers', '[woocommerce_my_account]'],
    ['order-here', '[woocommerce_checkout]'],
    ['buy-now', '<!-- wp:woocommerce/checkout {"align":"wide"} /-->'],
  ];

  test('checkouts and accounts on pages of the owner tell caches to leave them alone', { skip: needsWooCommerce }, async () => {
    const pages = OTHER_PAGES.map(([post_name, post_content]) => ({ post_name, post_content }));
    await world.shop.php(`foreach (json_decode('${JSON.stringify(pages)}', true) as $page) {
        wp_insert_post(wp_slash($page) + ['post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Page']);
    }`);
    for (const [slug, content] of OTHER_PAGES) {
      const answer = await fetch(`${world.shop.url}/${slug}/`);
      assert.match(answer.headers.get('cache-control') ?? '', /private/, content);
    }
  });

  test("a guest's keys are on the page of his order, and on none that a cache without regard for headers may keep", { skip: needsWooCommerce }, async () => {
    const shopper = await world.shopper();
    const keys = () => shopper.page.locator('#pinrelay-match').count();
    await shopper.open(PAGE);
    await shopper.addByStoreApi('MUG-1');
    const checkout = await shopper.open(world.shop.pages.checkout.classic);
    assert.match(checkout.headers()['cache-control'], /no-cache/);
    assert.doesNotMatch(checkout.headers()['cache-control'], /no-store/, 'a browser may keep it for the way back');
    assert.notEqual(checkout.headers()['x-cache'], 'HIT');
    await shopper.checkoutClassic();
    assert.equal(await keys(), 1, 'on the order-received page');
    await shopper.open('/my-account/');
    assert.equal(await keys(), 0, 'on the page of an account, without a cart');
    await shopper.close();
    await world.fence();
  });

  test('answers of REST tell caches of WordPress to leave them alone', { skip: needsWooCommerce }, async () => {
    const said = await world.shop.php(`rest_do_request(new WP_REST_Request('GET', '/pinrelay/v1/collect'));
      echo json_encode([defined('DONOTCACHEPAGE') && DONOTCACHEPAGE, did_action('litespeed_control_set_nocache')]);`);
    assert.deepEqual(JSON.parse(said), [true, 1]);
  });

  test('a checkout block that is not on the assigned page begins a checkout, too', { skip: needsWooCommerce }, async () => {
    const shopper = await world.shopper();
    await shopper.open(PAGE);
    await shopper.addByStoreApi('MUG-1');
    const collected = shopper.page.waitForResponse(/collect\.php/);
    await shopper.open(world.shop.pages.checkout.block);
    await collected;
    await world.collected('initiate_checkout');
    await shopper.close();
  });
});

describe('a host that forbids direct PHP files', () => {
  const { before, after } = hooksUnless(needsWooCommerce);
  let world;

  before(async () => {
    world = await openWorld({ theme: 'classic', forbid: '/wp-content/plugins/pinrelay/collect.php' });
  });
  after(() => world.close());

  test('the REST route takes the visit in its place', { skip: needsWooCommerce }, async () => {
    const shopper = await world.shopper();
    const tried = [];
    shopper.page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (/\/collect(\.php)?$/.test(pathname)) {
        tried.push([pathname.split('/').pop(), response.status()]);
      }
    });
    await shopper.open(PAGE);
    await world.matched('page_visit', 1);
    await shopper.open('/shop/');
    await world.matched('view_category', 1);
    // The browser's word of an answer may come after what the request brought about.
    await until('each answer', () => tried.length >= 3);
    assert.deepEqual(tried, [['collect.php', 403], ['collect', 204], ['collect', 204]]);
    world.assertNothingRefused();
  });
});
