// pinrelay.track(), for what the shop's own scripts see; and what the script reports of a purchase.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { setScene } from './scene.mjs';
import { pageOf, PERMIT, purchase } from './storefront.mjs';

const COLLECT = '/collect.php';
const tracked = ({ body }) => body.events[0];

describe('pinrelay.track()', () => {
  const { open, calls, seen, posts, posted, fence } = setScene();

  test('an event of the shop goes by both halves under the id that it answers', async () => {
    const page = await open({ events: '[]' });
    const id = await page.evaluate(() => window.pinrelay.track('lead', { lead_type: 'Newsletter', product_ids: [16, 17] }));
    await posted(COLLECT);
    await seen('lead');
    assert.deepEqual(tracked(posts(COLLECT)[0]), {
      id,
      name: 'lead',
      data: { lead_type: 'Newsletter', product_ids: [16, 17] },
      ...PERMIT,
    });
    const [{ event_id, data }] = calls('lead');
    assert.equal(event_id, id);
    assert.deepEqual(data, {
      event_id: id,
      lead_type: 'Newsletter',
      order_quantity: 2,
      line_items: [{ product_id: '16', product_quantity: 1 }, { product_id: '17', product_quantity: 1 }],
    });
  });

  test('money is not told by a browser', async () => {
    const page = await open({ events: '[]' });
    await page.evaluate(() => window.pinrelay.track('lead', { value: 1e6, currency: 'EUR' }));
    await seen('lead');
    assert.deepEqual(Object.keys(calls('lead')[0].data), ['event_id']);
  });

  test('each half can be off, and a name that is not on the list goes nowhere', async () => {
    const page = await open({ events: '[]' });
    await page.evaluate(() => ['checkout', 'purchase', 'signup', 'custom'].forEach((name) => window.pinrelay.track(name)));
    await posted(COLLECT);
    await fence(page);
    assert.deepEqual(posts(COLLECT).map((post) => tracked(post).name), ['custom']);
    assert.deepEqual(calls().filter(({ command }) => command === 'track').map(({ api_name }) => api_name), ['signup', 'lead']);
  });

  test('what is tracked before the script has arrived is not lost, and follows the visitor id', async () => {
    await open({ events: '[]', head: '<script>pinrelay.track("lead", {lead_type: "early"})</script>' });
    await posted(COLLECT);
    await seen('lead');
    assert.deepEqual(calls().map(({ command }) => command), ['load', 'set', 'page', 'track']);
    assert.equal(calls('lead')[0].event_id, tracked(posts(COLLECT)[0]).id);
  });
});

describe('what became of a purchase is reported', () => {
  const scene = setScene();
  const { open, seen, posts, posted } = scene;
  const words = () => posts('/browser').map(({ body }) => body);
  const bought = () => pageOf(purchase());

  test('as fired once Pinterest has it, and a reload says nothing more', async () => {
    const page = await open(bought());
    await seen('checkout');
    await posted('/browser');
    await page.reload();
    await seen('page_visit', 2);
    assert.deepEqual(words(), [{ token: '7.token', browser: 'fired' }]);
  });

  test('as blocked where the library is kept away', async () => {
    await scene.context.route(/core\.js/, (route) => route.abort());
    await open(bought());
    await posted('/browser');
    assert.deepEqual(words(), [{ token: '7.token', browser: 'blocked' }]);
  });

  test('as blocked where a blocker puts an empty script in its place', async () => {
    await scene.context.route(/core\.js/, (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await open(bought());
    await posted('/browser');
    assert.deepEqual(words(), [{ token: '7.token', browser: 'blocked' }]);
  });

  test('as fired where the library took it and never calls back', async () => {
    const mute = 'const queue = window.pintrk.queue.splice(0); window.pintrk = () => {}; window.taken = queue.length;';
    await scene.context.route(/core\.js/, (route) => route.fulfill({ contentType: 'text/javascript', body: mute }));
    await open(bought());
    await posted('/browser');
    assert.deepEqual(words(), [{ token: '7.token', browser: 'fired' }]);
  });

  test('not at all on any other page', async () => {
    await open();
    await posted(COLLECT);
    assert.deepEqual(words(), []);
  });
});
