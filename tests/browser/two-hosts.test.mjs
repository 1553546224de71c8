// A shop with a domain for each language, as a language plugin makes one: the pages of either are the shop's own, for
// visits as for carts.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { openWorld } from './world.mjs';

/** As WPML does it: the second domain stands in its options, and each address follows the page that is asked for. */
const languages = (host) => `<?php
define('ICL_SITEPRESS_VERSION', '4.7');
add_filter('option_icl_sitepress_settings', $wpml = static fn () => [
    'language_negotiation_type' => 2,
    'language_domains' => ['de' => '${host}'],
]);
add_filter('default_option_icl_sitepress_settings', $wpml);
$own = static fn ($url) => preg_replace('~(?<=://)[^/]+~', $_SERVER['HTTP_HOST'], (string) $url, 1);
foreach (['home_url', 'site_url', 'plugins_url', 'content_url', 'rest_url', 'option_home', 'option_siteurl'] as $address) {
    add_filter($address, $own);
}
`;

describe('a shop with a domain for each language', () => {
  let world;
  let second;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    second = world.shop.url.replace('127.0.0.1', 'localhost');
    const file = path.join(world.shop.paths.content, 'mu-plugins/languages.php');
    await writeFile(file, languages(new URL(second).host));
    await world.tick();
  });
  after(() => world.close());

  const fileOfCollector = () => {
    const { ino, mtimeMs } = statSync(path.join(world.shop.paths.content, 'pinrelay-collect-1.php'));
    return `${ino} ${mtimeMs}`;
  };

  test('a visit and an add on either reach both halves, with the address of their own page', async () => {
    const hosts = [world.shop.url, second, world.shop.url, second];
    const written = fileOfCollector();
    for (const baseURL of hosts) {
      const shopper = await world.shopper({ baseURL });
      const answered = shopper.page.waitForResponse((response) => response.url().includes('collect.php'));
      await shopper.open('/product/blue-mug/');
      const answer = await answered;
      assert.deepEqual([answer.status(), new URL(answer.url()).origin], [204, baseURL]);
      await world.collected('page_visit', 1);
      await shopper.pressAdd();
      await world.collected('page_visit', 2);
      await world.matched('add_to_cart');
      const told = world.standin.records().server.map(({ event }) => new URL(event.event_source_url).origin);
      assert.deepEqual([...new Set(told)], [baseURL]);
      assert.deepEqual(shopper.errors.map(String), []);
      await world.shop.look('job', { hook: 'pinrelay_tick' }, baseURL);
      assert.equal(fileOfCollector(), written, 'whatever host is asked for, the same is written down');
      await shopper.close();
      world.assertNothingRefused();
      world.standin.reset();
    }
  });
});
