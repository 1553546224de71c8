// assets/pinrelay.js in a real browser, against the recording library of the Pinterest stand-in.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { setScene } from './scene.mjs';
import { eventCookie, pageOf, purchase, SCRIPT } from './storefront.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('the script is no larger than 5 KB on the wire', () => {
  assert.ok(gzipSync(SCRIPT, { level: 9 }).length <= 5120);
});

describe('the browser script', () => {
  const scene = setScene();
  const { address, open, calls, seen, fence, cookie } = scene;
  const add = (page, ...events) =>
    page.evaluate(
      (url) => fetch(url).then(() => undefined),
      address({ set: events.map(({ name, value }) => `${name}=${value}`) }, '/add'),
    );
  const tracked = () => calls('add_to_cart').map((record) => record.event_id);

  test('a page tells load, set, page and one visit, in this order', async () => {
    await open();
    await seen('page_visit');
    const list = scene.standin.records().browser;
    assert.deepEqual(list.map((record) => record.command), ['load', 'set', 'page', 'track']);
    assert.ok(list.every((record) => record.tag_id === '2612345678901'));
    assert.match(list[3].event_id, UUID);
    assert.deepEqual(list[3].data.line_items, [{ product_id: '16' }]);
  });

  test('each visit has an id of its own, each browser keeps one', async () => {
    const page = await open();
    await page.reload();
    await page.reload();
    await seen('page_visit', 3);
    assert.equal(new Set(calls('page_visit').map((record) => record.event_id)).size, 3);

    const [vid] = await cookie('pinrelay_vid');
    assert.match(vid.value, UUID);
    assert.deepEqual([vid.sameSite, vid.path, vid.httpOnly], ['Lax', '/', false]);
    assert.ok(vid.expires > Date.now() / 1000 + 360 * 86400);
    const hash = createHash('sha256').update(vid.value).digest('hex');
    assert.deepEqual(new Set(calls('page_visit').map((record) => record.partner.external_id)), new Set([hash]));
  });

  test('a visitor id that is none is replaced', async () => {
    await scene.context.addCookies([{ name: 'pinrelay_vid', value: 'anna@example.com', url: scene.storefront.url }]);
    await open();
    await seen('page_visit');
    const [vid] = await cookie('pinrelay_vid');
    assert.match(vid.value, UUID);
  });

  test('a page visit that is switched off is not told, the tag works all the same', async () => {
    const page = await open({ events: '[]' });
    await fence(page);
    assert.deepEqual(calls().map((record) => record.command), ['load', 'set', 'page', 'track']);
    assert.equal(calls('page_visit').length, 0);
  });

  for (const state of ['prerendering', 'hidden']) {
    test(`a ${state} page tells nothing until it is shown`, async () => {
      const event = eventCookie();
      await scene.context.addInitScript((how) => {
        let shown = false;
        Object.defineProperty(document, 'prerendering', { get: () => how === 'prerendering' && !shown });
        Object.defineProperty(document, 'visibilityState', { get: () => (shown ? 'visible' : 'hidden') });
        window.show = () => {
          shown = true;
          document.dispatchEvent(new Event('prerenderingchange'));
          document.dispatchEvent(new Event('visibilitychange'));
        };
      }, state);
      const page = await open({ set: `${event.name}=${event.value}` });
      await page.waitForLoadState('load');
      assert.equal(await page.locator('script[src*="core.js"]').count(), 0);
      assert.equal((await cookie('pinrelay_')).length, 1, 'the event waits, no visitor id is made');

      await page.evaluate(() => window.show());
      await seen('add_to_cart');
      await seen('page_visit');
      await page.evaluate(() => window.show());
      await fence(page);
      assert.equal(calls('page_visit').length, 1);
    });
  }

  test('an event of the server is told on the next page, and its cookie is gone', async () => {
    const event = eventCookie();
    const page = await open({ set: `${event.name}=${event.value}` });
    await seen('add_to_cart');
    const [record] = calls('add_to_cart');
    assert.deepEqual([record.event_id, record.data.value, record.data.currency], [event.id, 12.5, 'EUR']);
    assert.deepEqual(await cookie('pinrelay_e_'), []);
    await page.reload();
    await fence(page);
    assert.deepEqual(tracked(), [event.id]);
  });

  test('a batch of events loses none', async () => {
    const events = Array.from({ length: 8 }, () => eventCookie());
    await open({ set: events.map(({ name, value }) => `${name}=${value}`) });
    await seen('add_to_cart', 8);
    assert.deepEqual(tracked().sort(), events.map(({ id }) => id).sort());
  });

  test('tabs that open at once tell each event once', async () => {
    const events = Array.from({ length: 8 }, () => eventCookie());
    await scene.context.addCookies(events.map(({ name, value }) => ({ name, value, url: scene.storefront.url })));
    const pages = await Promise.all([1, 2, 3, 4].map(() => open()));
    await seen('add_to_cart', 8);
    for (const page of pages) await fence(page);
    assert.deepEqual(tracked().sort(), events.map(({ id }) => id).sort());
  });

  describe('an add without a new page is told', () => {
    test('where cookies tell of themselves, whatever made it', async () => {
      const page = await open();
      const event = eventCookie();
      await add(page, event);
      await seen('add_to_cart');
      assert.deepEqual(tracked(), [event.id]);
    });

    const without = () => scene.context.addInitScript(() => delete window.cookieStore);

    test('by the event of the cart blocks', async () => {
      await without();
      const page = await open();
      await seen('page_visit');
      await add(page, eventCookie());
      await page.evaluate(() => document.body.dispatchEvent(new CustomEvent('wc-blocks_added_to_cart')));
      await seen('add_to_cart');
    });

    test("by jQuery's event of classic lists", async () => {
      await without();
      await scene.context.addInitScript(() => {
        const handlers = {};
        window.jQuery = () => ({ on: (name, handler) => (handlers[name] = handler) });
        window.fire = (name) => handlers[name]();
      });
      const page = await open();
      await seen('page_visit');
      await add(page, eventCookie());
      await page.evaluate(() => window.fire('added_to_cart'));
      await seen('add_to_cart');
    });

    test('soon after a click, where nothing tells of it', async () => {
      await without();
      const page = await open();
      await seen('page_visit');
      await page.locator('button').click();
      await add(page, eventCookie());
      await seen('add_to_cart');
    });

    test('by the next page, where the shop sends visitors to the cart', async () => {
      const page = await open({ leaves: '' });
      await seen('page_visit');
      await add(page, eventCookie());
      await fence(page);
      assert.equal(calls('add_to_cart').length, 0);
      await page.goto(address({ leaves: '' }, '/cart/'));
      await seen('add_to_cart');
      assert.match(calls('add_to_cart')[0].location, /\/cart\//);
    });
  });

  test('a purchase is told with its match keys, and not again by a reload or a second tab', async () => {
    const bought = purchase();
    const wish = pageOf(bought);
    const [page, second] = await Promise.all([open(wish), open(wish)]);
    await seen('checkout');
    await page.reload();
    for (const tab of [page, second]) await fence(tab);
    const [record, ...more] = calls('checkout');
    assert.deepEqual(more, []);
    assert.deepEqual([record.event_id, record.data.value, record.partner.em], [bought.calls[1][2].event_id, 20, 'a'.repeat(64)]);
  });

  test('two purchases are two', async () => {
    for (const bought of [purchase(), purchase()]) await open(pageOf(bought));
    await seen('checkout', 2);
  });

  test('without storage a purchase is still told', async () => {
    await scene.context.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    });
    await open(pageOf(purchase()));
    await seen('checkout');
  });

  test('a browser without locks, hashes, UUIDs and cookie events tells all but the visitor id', async () => {
    await scene.context.addInitScript(() => {
      Object.defineProperty(crypto, 'subtle', { value: undefined });
      delete window.cookieStore;
      Object.defineProperty(navigator, 'locks', { value: undefined });
      crypto.randomUUID = undefined;
    });
    const event = eventCookie();
    await open({ set: `${event.name}=${event.value}`, ...pageOf(purchase()) });
    await seen('checkout');
    await seen('add_to_cart');
    assert.match(calls('page_visit')[0].event_id, UUID);
    assert.deepEqual(calls('page_visit')[0].partner, {});
  });

  test('with the library kept away the page works and the cookie is claimed', async () => {
    await scene.context.route(/core\.js/, (route) => route.abort());
    const event = eventCookie();
    const page = await open({ set: `${event.name}=${event.value}`, ...pageOf(purchase()) });
    await page.waitForFunction(() => !document.cookie.includes('pinrelay_e_'));
    await page.locator('button').click();
    assert.deepEqual(scene.standin.records().browser, []);
  });

  test('a cookie that is not ours is dropped without harm', async () => {
    const broken = ['%%%', 'AAAA', Buffer.from('{}').toString('base64url'), Buffer.from('[1]').toString('base64url')];
    const page = await open({ set: broken.map((value, at) => `pinrelay_e_0000000${at}=${value}`) });
    await seen('page_visit');
    await page.waitForFunction(() => !document.cookie.includes('pinrelay_e_'));
    await fence(page);
    assert.equal(calls('add_to_cart').length, 0);
  });

  test('facts that cannot be read leave the page alone', async () => {
    const page = await open({ half: '{"broken', key: 'wc_order_1', facts: '{' });
    await page.waitForLoadState('load');
    assert.equal(await page.locator('script[src*="core.js"]').count(), 0);
  });

  test('the nonce of a strict policy passes on to the library', async () => {
    await open({ csp: "script-src 'nonce-n'" });
    await seen('page_visit');
  });
});
