// Consent tools and optimisers between the shop and the browser: they hold our inline scripts back and restore them after
// load, take them out, delay our file until the shopper does something, run it twice, or merge it into the page. Each
// event is told once by both halves all the same, on a shop of WooCommerce itself.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

/** Rewrites each page as the option test_tool says. */
const REWRITES = String.raw`<?php
add_action('template_redirect', static fn () => ob_start(static function (string $html): string {
    $ours = '~<script\b(?=[^>]*assets/pinrelay\.js)[^>]*></script>~';
    $inline = '~<script\b(?![^>]*(?:src=|json))([^>]*id=.pinrelay[^>]*)>(.*?)</script>~s';
    $restore = '<script>addEventListener("load", () => setTimeout(() => document.querySelectorAll("[data-held]").forEach('
        . '(held) => { const s = document.createElement("script"); s.text = held.text; held.replaceWith(s);'
        . ' document.documentElement.dataset.restored = 1; }), 300));</script>';
    preg_match($ours, $html, $found);
    preg_match('~src=.([^"\']+)~', $found[0] ?? '', $src);
    $later = '<script>addEventListener("pointerdown", () => { const s = document.createElement("script"); s.src = "'
        . ($src[1] ?? '') . '"; document.head.append(s); }, { once: true });</script>';
    $text = fn () => file_get_contents(WP_PLUGIN_DIR . '/pinrelay/assets/pinrelay.js');
    return match (get_option('test_tool')) {
        'held' => preg_replace($inline, '<script type="text/plain" data-held$1>$2</script>', $html) . $restore,
        'delayed' => preg_replace_callback($ours, fn () => $later, preg_replace($inline, '', $html)),
        'twice' => preg_replace_callback($ours, fn ($all) => $all[0] . str_replace(' defer', ' async', $all[0]), $html),
        'merged' => preg_replace($ours, '', preg_replace($inline, '', $html)) . '<script>' . $text() . '</script>',
        default => $html,
    };
}), 0);
`;

const TOOLS = {
  held: 'inline scripts are held back and restored after load',
  delayed: 'inline scripts are taken out and our file waits for the shopper to do something',
  twice: 'our file runs twice',
  merged: 'our file is merged into the page, behind its facts',
};

describe('scripts that come late or not at once', () => {
  const { before, after, afterEach } = hooksUnless(needsWooCommerce);
  let world;
  let shopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    await writeFile(join(world.shop.paths.content, 'mu-plugins/rewrites.php'), REWRITES);
    await world.tick();
  });
  after(() => world.close());
  afterEach(async () => {
    await shopper.close();
    world.assertNothingRefused();
    world.standin.reset();
  });

  for (const [tool, words] of Object.entries(TOOLS)) {
    test(`${words}: a visit, an add, a checkout and a purchase are each told once by both halves`, { skip: needsWooCommerce }, async () => {
      await world.shop.php(`update_option('test_tool', '${tool}');`);
      shopper = await world.shopper();
      const { page } = shopper;
      const touch = async () => {
        await page.locator('body').click({ position: { x: 2, y: 2 } });
        await page.waitForFunction(() => window.pintrk && window.pintrk.recording);
      };
      await shopper.open('/product/blue-mug/');
      await touch();
      await world.collected('page_visit');
      if (tool === 'held') {
        await page.waitForFunction(() => document.documentElement.dataset.restored);
      }
      await shopper.addByStoreApi('MUG-1');
      await world.matched('add_to_cart');
      await shopper.open(world.shop.pages.checkout.classic);
      await touch();
      await world.collected('initiate_checkout');
      await shopper.checkoutByStoreApi();
      await touch();
      await world.matched('checkout');
      await world.collected('page_visit', 3);
      const counts = world.standin.records().pairs.map((pair) => [pair.browser_count, pair.server_count]);
      assert.deepEqual(counts.filter(([browser, server]) => browser > 1 || server > 1), []);
      assert.deepEqual(shopper.errors.map(String), []);
    });
  }
});
