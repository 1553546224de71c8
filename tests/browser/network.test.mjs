// Two shops of one network, in folders of one host, with WP_HOME set as Bedrock sets it: each is itself, what is done in
// one is told by that one, and the end of one is its end alone.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';

import { until } from '../support/shop/service.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const MUG = '/product/blue-mug/';
const JUG = '/outlet/product/jug/';

describe('a network of shops', () => {
  const { before, after } = hooksUnless(needsWooCommerce);
  let world;
  let wp;
  let jug;

  const outlet = () => `--url=${world.shop.url}/outlet/`;
  const fileOf = (site) => path.join(world.shop.paths.content, `pinrelay-collect-${site}.php`);
  const spools = () => readdirSync(world.shop.paths.spool).filter((name) => /^[0-9a-f]{16}$/.test(name));

  before(async () => {
    world = await openWorld({ theme: 'classic', network: true });
    const { url, paths } = world.shop;
    wp = world.shop.wp;
    await wp('core', 'multisite-convert', '--title=Network');
    const constants = {
      MULTISITE: true,
      SUBDOMAIN_INSTALL: false,
      DOMAIN_CURRENT_SITE: new URL(url).host,
      PATH_CURRENT_SITE: '/',
      SITE_ID_CURRENT_SITE: 1,
      BLOG_ID_CURRENT_SITE: 1,
      WP_HOME: url,
    };
    const lines = Object.entries(constants).map(([name, value]) => `define('${name}', ${JSON.stringify(value)});`);
    const config = await readFile(paths.wpConfig, 'utf8');
    await writeFile(paths.wpConfig, config.replace('<?php', `<?php\n${lines.join('\n')}`));
    await wp('site', 'create', '--slug=outlet', '--title=Outlet', '--email=owner@shop.example');
    await wp('plugin', 'activate', 'woocommerce', 'pinrelay', '--network');
    await wp('theme', 'enable', 'pinrelay-classic', '--network');
    await wp('theme', 'activate', 'pinrelay-classic', outlet());
    jug = await wp(
      'eval',
      `$jug = new WC_Product_Simple();
      $jug->set_name('Jug');
      $jug->set_regular_price('9');
      $jug->save();
      flush_rewrite_rules();
      echo $jug->get_id();`,
      outlet(),
    );
  });
  after(() => world.close());

  const settled = (name, count) =>
    until(`${count} of ${name}`, async () => {
      await fetch(`${world.shop.url}${JUG}`);
      await world.tick();
      return world.pairs(name).filter((pair) => pair.matched).length >= count;
    }, { guardMs: 120_000, everyMs: 300 });

  test('each shop tells what is done in it, and none fires what another has left', { skip: needsWooCommerce }, async () => {
    const shopper = await world.shopper();
    // Each is a shop and no copy of the other, though WP_HOME is the same for both.
    await shopper.open(MUG);
    await shopper.open(JUG);
    await settled('page_visit', 2);

    // An add in the first whose cookie no page of it has claimed yet: the next page is the other shop's.
    const id = '6f1c0c1e8a524b6e9d7a2f4f7b9b1c3d';
    const data = { event_id: id, value: 12.5, currency: 'EUR', order_quantity: 1 };
    const value = Buffer.from(JSON.stringify(['addtocart', data])).toString('base64url');
    await shopper.context.addCookies([{ name: 'pinrelay_1_e_6f1c0c1e', value, url: `${world.shop.url}/` }]);
    const fired = () => world.standin.records().browser.filter((record) => record.event_id === id).length;
    await shopper.open(JUG);
    await settled('page_visit', 3);
    assert.equal(fired(), 0);
    await shopper.open(MUG);
    await settled('page_visit', 4);
    assert.equal(fired(), 1);

    // And one made by the outlet's own server.
    await shopper.open(`/outlet/?add-to-cart=${jug}`);
    await settled('add_to_cart', 1);

    const cookies = (await shopper.context.cookies(`${world.shop.url}/outlet/`)).filter(({ name }) => /pinrelay/.test(name));
    const ids = Object.fromEntries(cookies.filter(({ name }) => /vid/.test(name)).map((one) => [one.name, one.path]));
    assert.deepEqual(ids, { pinrelay_1_vid: '/', pinrelay_2_vid: '/outlet/' });
    assert.deepEqual(shopper.errors.map(String), []);
    await shopper.close();
    assert.equal(spools().length, 2);
    world.assertNothingRefused();
  });

  test('a deleted site leaves neither table nor spool nor file, also where the main site is no shop', { skip: needsWooCommerce }, async () => {
    await wp('plugin', 'deactivate', 'woocommerce', '--network');
    assert.ok(existsSync(fileOf(2)));
    await wp('site', 'delete', '2', '--yes');
    const tables = await wp('eval', "echo implode(' ', $GLOBALS['wpdb']->get_col('SHOW TABLES'));");
    assert.doesNotMatch(tables, /wp_2_pinrelay/);
    assert.match(tables, /wp_pinrelay_orders/);
    assert.deepEqual([existsSync(fileOf(2)), spools().length], [false, 1]);
    await wp('plugin', 'activate', 'woocommerce', '--network');
  });

  test('network deactivation and deletion end it on every site', { skip: needsWooCommerce }, async () => {
    await wp('site', 'create', '--slug=second', '--title=Second', '--email=owner@shop.example');
    const second = `--url=${world.shop.url}/second/`;
    await wp('theme', 'activate', 'pinrelay-classic', second);
    for (const address of ['/', '/second/']) {
      await fetch(world.shop.url + address);
    }
    await world.shop.node.idle();
    const jobs = async () => {
      const lists = [await wp('cron', 'event', 'list', '--field=hook'), await wp('cron', 'event', 'list', '--field=hook', second)];
      return lists.map((list) => list.includes('pinrelay_tick'));
    };
    assert.deepEqual([await jobs(), existsSync(fileOf(1)), existsSync(fileOf(3))], [[true, true], true, true]);
    await wp('plugin', 'deactivate', 'pinrelay', '--network');
    assert.deepEqual([await jobs(), existsSync(fileOf(1)), existsSync(fileOf(3))], [[false, false], false, false]);

    await wp('plugin', 'uninstall', 'pinrelay');
    const options = await wp(
      'eval',
      `foreach ([1, 3] as $site) {
        switch_to_blog($site);
        $options = $GLOBALS['wpdb']->options;
        echo implode(' ', $GLOBALS['wpdb']->get_col("SELECT option_name FROM $options WHERE option_name LIKE 'pinrelay%' AND option_name NOT LIKE 'pinrelay_test%'"));
        restore_current_blog();
      }
      echo implode(' ', preg_grep('/pinrelay/', $GLOBALS['wpdb']->get_col('SHOW TABLES')));`,
    );
    assert.equal(options, '');
    const left = readdirSync(world.shop.paths.content).filter((name) => name.includes('pinrelay-collect'));
    assert.deepEqual([left, existsSync(world.shop.paths.spool)], [[], false]);
  });
});
