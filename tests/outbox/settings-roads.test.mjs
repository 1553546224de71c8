// Settings reach collect.php at once, by whatever road they change: what a page of before hands in is judged by those of
// now. And without a live plugin nothing is taken. Asked as a browser asks, without one.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { chmod, chown, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { account } from '../support/shop/php.mjs';
import { until } from '../support/shop/service.mjs';
import { openShop, pinrelay } from './world.mjs';

const PRODUCT = '/product/blue-mug/';
const CATEGORY = '/shop/';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36';

let world;
let file;

before(async () => {
  world = await openShop();
  file = path.join(world.shop.paths.content, 'pinrelay-collect-1.php');
  await world.tick();
});
after(() => world.close());

/** The facts of a page that WordPress makes now. */
async function pageOf(address, url = world.shop.url) {
  const html = await (await fetch(url + address)).text();
  return JSON.parse(/id="pinrelay-page"[^>]*>([\s\S]*?)<\/script>/.exec(html)[1]);
}

/** Hands in the last event of a page as assets/pinrelay.js does, and tells who took it under which id. */
async function handIn({ collect, fallback, events }, url = world.shop.url) {
  const id = randomUUID();
  const { facts, signature } = events.at(-1);
  const body = JSON.stringify({ url: `${url}/`, events: [{ id, facts, signature }] });
  for (const [by, address] of [['file', collect], ['route', fallback]]) {
    const headers = { origin: url, 'user-agent': AGENT };
    const answer = await fetch(new URL(address, url), { method: 'POST', body, headers });
    if (answer.status === 204) {
      return { by, id };
    }
  }
  return { by: 'nobody', id };
}

/** Once this returns, whatever collect.php has taken before is told. */
async function told() {
  const { id } = await handIn(await pageOf(CATEGORY));
  const ids = () => world.standin.records().server.map((record) => record.event_id);
  while (!ids().includes(id)) {
    await world.tick();
    await world.standin.until((seen) => seen.server.some((record) => record.event_id === id), 1000).catch(() => null);
  }
  return ids();
}

const says = (text) => existsSync(file) && readFileSync(file, 'utf8').includes(text);
const settings = (events) => JSON.stringify({ events });
const VISITS_OFF = settings({ page_visit: { tag: true, api: false } });
const VISITS_ON = settings({});

/** As root where the tests may: the usual user of a command line who is not the web server's. */
const foreign = () => world.shop.wpAs({});

/** Past every hook of WordPress, as an import does. */
const bySql = (json) => world.sql(
  `UPDATE wp_options SET option_value = '${serialized(JSON.parse(json))}' WHERE option_name = 'pinrelay_settings'`,
);

function serialized(value) {
  if (typeof value === 'boolean') {
    return `b:${value ? 1 : 0};`;
  }
  if (typeof value === 'string') {
    return `s:${Buffer.byteLength(value)}:"${value}";`;
  }
  const entries = Object.entries(value).map(([key, of]) => serialized(key) + serialized(of));
  return `a:${entries.length}:{${entries.join('')}}`;
}

const ROADS = [
  ['wp option update', (json) => world.shop.wp('option', 'update', 'pinrelay_settings', json, '--format=json')],
  ['wp option update by another user', (json) => foreign()('option', 'update', 'pinrelay_settings', json, '--format=json')],
  ['an import, and wp cron event run', async (json) => {
    await bySql(json);
    await world.shop.wp('cron', 'event', 'run', 'pinrelay_tick');
  }],
  ['an import, and wp pinrelay drain', async (json) => {
    await bySql(json);
    await pinrelay(world.shop.wp, 'drain');
  }],
  ['an import, and a page that somebody opens', async (json) => {
    await bySql(json);
    await pageOf(CATEGORY);
    await world.shop.node.idle();
  }],
];

for (const [road, take] of ROADS) {
  test(`an event switched off by ${road} is told no more, and one switched on is`, async () => {
    const cached = await pageOf(PRODUCT);
    await world.shop.node.idle();
    assert.equal((await handIn(cached)).by, 'file');
    await take(VISITS_OFF);
    assert.ok(!says("'page_visit'"), 'the file has gone, or has the new list');
    const off = await handIn(cached);
    await take(VISITS_ON);
    const on = await handIn(cached);
    assert.ok(says("'page_visit'"), 'who found no file has brought it back');
    assert.equal((await stat(file)).uid, account?.uid ?? process.getuid(), "the web server's own");
    const ids = await told();
    assert.deepEqual([ids.includes(off.id), ids.includes(on.id)], [false, true]);
  });
}

test('a request that read the settings before they changed does not bring the old ones back', async () => {
  const cached = await pageOf(PRODUCT);
  await world.shop.node.idle();
  // Of others, which nobody has noticed when it begins.
  await bySql(settings({ search: { tag: true, api: false } }));
  const end = path.join(world.shop.paths.run, 'end');
  const slow = world.shop.look('orders', { until: end });
  await until('it to have begun', () => existsSync(`${end}.waits`));
  await bySql(VISITS_OFF);
  await handIn(await pageOf(CATEGORY));
  await until('the change to be noticed', () => says("'view_category'") && !says("'page_visit'"));
  await writeFile(end, '');
  await slow;
  await world.shop.node.idle();
  assert.ok(!says("'page_visit'"));
  const { id } = await handIn(cached);
  await bySql(VISITS_ON);
  assert.ok(!(await told()).includes(id));
});

test('a constant in wp-config.php holds from the next request of any kind', async () => {
  const { wpConfig } = world.shop.paths;
  const text = await readFile(wpConfig, 'utf8');
  await writeFile(wpConfig, text.replace('<?php', "<?php\ndefine('PINRELAY_TEST_MODE', true);"));
  await fetch(`${world.shop.url}/wp-login.php`);
  await world.shop.node.idle();
  assert.ok(says("'test' => true"));
  await writeFile(wpConfig, text);
  await fetch(`${world.shop.url}/wp-login.php`);
  await world.shop.node.idle();
  assert.ok(says("'test' => false"));
});

test('a page that knows of newer settings is not taken by a file of older ones', async () => {
  await pageOf(PRODUCT);
  await world.shop.node.idle();
  const old = await readFile(file, 'utf8');
  const owner = await stat(file);
  await world.shop.wp('option', 'update', 'pinrelay_settings', VISITS_OFF, '--format=json');
  const page = await pageOf(CATEGORY);
  await world.shop.node.idle();
  // Another web server, which has not heard of it yet.
  await writeFile(file, old);
  await chown(file, owner.uid, owner.gid);
  await chmod(file, 0o600);
  assert.equal((await handIn(page)).by, 'route');
  assert.ok(!says("'page_visit'"));
  assert.equal((await handIn(page)).by, 'file');
  await world.shop.wp('option', 'update', 'pinrelay_settings', VISITS_ON, '--format=json');
});

test('two web servers with spools of their own do not write the file to and fro', async () => {
  const [one, other] = [await world.shop.addNode('one'), await world.shop.addNode('other')];
  const after = async ({ url, idle }) => {
    await fetch(`${url}/wp-login.php`);
    await idle();
    return (await stat(file)).ino;
  };
  const first = await after(one);
  assert.equal(await after(other), first);
  assert.equal(await after(one), first);
});

test('a file that WordPress has not renewed for an hour is none: the plugin may have gone unasked', async () => {
  const page = await pageOf(PRODUCT);
  await world.shop.node.idle();
  const longAgo = Date.now() / 1000 - 3700;
  utimesSync(file, longAgo, longAgo);
  assert.equal((await handIn(page)).by, 'route');
  assert.equal((await handIn(page)).by, 'file');
});

// As where a secret comes from the environment, which a web server and a terminal have each for themselves.
const ELSEWHERE = "--exec=define('PINRELAY_TEST_MODE', true);";
const own = () => world.shop.wp('option', 'list', '--search=pinrelay_*', '--format=json');
const generation = async () => JSON.parse(await world.shop.wp('option', 'get', 'pinrelay_state', '--format=json')).generation;

test('a command that is not ours writes no state and raises no generation, whatever it takes for the settings', async () => {
  await pageOf(CATEGORY);
  await world.shop.node.idle();
  const before = await own();
  assert.match(before, /pinrelay_state/);
  await world.shop.wp('post', 'list', ELSEWHERE);
  await world.shop.wp('eval', 'echo get_option("blogname");', ELSEWHERE);
  await foreign()('option', 'get', 'blogname', ELSEWHERE);
  assert.deepEqual(await own(), before);
});

test('one that changes our settings raises the generation at once, and so does one of ours', async () => {
  const first = await generation();
  const changed = JSON.stringify({ test_mode: true });
  await world.shop.wp('option', 'update', 'pinrelay_settings', changed, '--format=json');
  const second = await generation();
  assert.ok(second > first, `${first}, ${second}`);
  await bySql(settings({}));
  await pinrelay(world.shop.wp, 'status');
  assert.ok(await generation() > second);
});

test('a plugin that was deactivated from the command line collects nothing', async () => {
  const page = await pageOf(PRODUCT);
  await world.shop.wp('plugin', 'deactivate', 'pinrelay');
  assert.equal(existsSync(file), false);
  assert.equal((await handIn(page)).by, 'nobody');
  await world.shop.wp('plugin', 'activate', 'pinrelay');
  rmSync(file, { force: true });
});
