// What each test of the browser script plays in: a storefront, the stand-in of Pinterest, a browser, and in every test a
// new visitor. It sees to it that nothing is thrown into a shop page and that no tag call is faulty.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach } from 'node:test';

import { launchBrowser } from '../../support/browser/launch.mjs';
import { startStandin } from '../../support/pinterest/index.mjs';
import { until } from '../../support/shop/service.mjs';
import { startStorefront } from './storefront.mjs';

/** To be called inside describe(). `scene.context`, `.storefront` and `.standin` are there once a test runs. */
export function setScene() {
  const scene = {};
  let errors;

  before(async () => {
    scene.standin = await startStandin();
    scene.storefront = await startStorefront(scene.standin.tagScriptUrl);
    scene.browser = await launchBrowser();
  });
  after(async () => {
    await scene.browser?.close();
    await scene.storefront?.close();
    await scene.standin?.stop();
  });
  beforeEach(async () => {
    scene.context = await scene.browser.newContext();
    errors = [];
    scene.context.on('weberror', (error) => errors.push(String(error.error())));
  });
  afterEach(async () => {
    await scene.context.close();
    const faults = scene.calls().flatMap((record) => record.faults);
    scene.standin.reset();
    scene.storefront.posts.length = 0;
    scene.storefront.answers = {};
    scene.storefront.halves = {};
    assert.deepEqual(errors, [], 'nothing may be thrown into a shop page');
    assert.deepEqual(faults, [], 'nothing Pinterest would have to hash or refuse');
  });

  return Object.assign(scene, {
    /** The address of a page that holds what `wish` says. */
    address(wish = {}, path = '/') {
      const url = new URL(path, scene.storefront.url);
      for (const [key, value] of Object.entries(wish)) {
        [value].flat().forEach((one) => url.searchParams.append(key, one));
      }
      return url.href;
    },
    async open(wish, path) {
      const page = await scene.context.newPage();
      await page.goto(scene.address(wish, path));
      return page;
    },
    calls: (name) => scene.standin.records().browser.filter((record) => !name || record.api_name === name),
    seen: (name, count = 1) => scene.standin.until(() => scene.calls(name).length >= count),
    /** What was handed to one door of the shop. */
    posts: (path) => scene.storefront.posts.filter((post) => post.path === path),
    posted: (path, count = 1) => until(`${count} posts to ${path}`, () => scene.posts(path).length >= count),
    /** Everything asked of Pinterest before this has arrived once this has: a tab reports its calls in order. */
    async fence(page) {
      const id = randomUUID();
      await page.evaluate((event_id) => window.pintrk('track', 'lead', { event_id }), id);
      await scene.standin.until(() => scene.calls('lead').some((record) => record.event_id === id));
    },
    cookie: async (prefix) => (await scene.context.cookies()).filter(({ name }) => name.startsWith(prefix)),
  });
}
