// What the browser script hands to the shop's own server, and by which door.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { setScene } from './scene.mjs';
import { VISIT } from './storefront.mjs';

const COLLECT = '/collect.php';
const FALLBACK = '/rest-collect';

describe('the server half of what a browser tells', () => {
  const scene = setScene();
  const { open, calls, seen, posts, posted, fence } = scene;

  test('a visit is handed in as it was signed, under the id that the tag has', async () => {
    await open({ epik: 'dj0y' }, '/product/');
    await posted(COLLECT);
    await seen('page_visit');
    const [{ body, cookies }] = posts(COLLECT);
    const [{ event_id: id }] = calls('page_visit');
    assert.deepEqual(body.events, [{ id, facts: VISIT.facts, signature: VISIT.signature }]);
    assert.match(body.url, /\/product\/\?epik=dj0y$/);
    assert.match(cookies, /pinrelay_vid=[0-9a-f-]{36}/);
  });

  test('all events of a page travel together, each under an id of its own', async () => {
    const category = { ...VISIT, call: ['track', 'viewcategory', {}], facts: '{"event_name":"view_category"}' };
    await open({ events: JSON.stringify([VISIT, category]) });
    await posted(COLLECT);
    await seen('view_category');
    const [{ body }] = posts(COLLECT);
    assert.deepEqual(
      body.events.map((event) => event.id),
      [calls('page_visit')[0].event_id, calls('view_category')[0].event_id],
    );
    assert.notEqual(body.events[0].id, body.events[1].id);
  });

  test('each half that is off stays away, the other goes', async () => {
    const { call, ...server } = VISIT;
    await open({ events: JSON.stringify([{ call }]) });
    await seen('page_visit');
    const page = await open({ events: JSON.stringify([{ ...server, call: null }]) });
    await posted(COLLECT);
    await fence(page);
    assert.equal(calls('page_visit').length, 1);
    assert.equal(posts(COLLECT).length, 1);
  });

  test('a shop without a tag still tells its server', async () => {
    const page = await open({ notag: '' });
    await posted(COLLECT);
    assert.equal(await page.locator('script[src*="core.js"]').count(), 0);
    assert.deepEqual(calls(), []);
  });

  test("Pinterest's library kept away keeps the server half going", async () => {
    await scene.context.route(/core\.js/, (route) => route.abort());
    await open();
    await posted(COLLECT);
  });

  for (const status of [403, 404, 405, 200, 204, 429]) {
    test(`where the host answers ${status} in its place, the REST route takes over for the session`, async () => {
      scene.storefront.answers[COLLECT] = status;
      const page = await open();
      await posted(FALLBACK);
      assert.deepEqual(posts(FALLBACK)[0].body, posts(COLLECT)[0].body);
      await page.reload();
      await posted(FALLBACK, 2);
      assert.equal(posts(COLLECT).length, 1);
    });
  }

  // A server out of breath must not be asked to boot WordPress in its place.
  for (const [status, own] of [[400, true], [413, true], [429, true], [503, true], [500], [502], [503], [504]]) {
    test(`after a ${status} ${own ? 'of ours' : "of the host's"} nothing else is tried`, async () => {
      scene.storefront.answers[COLLECT] = { status, own };
      const page = await open();
      await posted(COLLECT);
      await page.reload();
      await posted(COLLECT, 2);
      assert.deepEqual(posts(FALLBACK), []);
    });
  }

  test('a checkout page that is loaded again has begun no other checkout, one of another cart has', async () => {
    const begun = (value) => ({ call: ['track', 'initiatecheckout', { value }], facts: `${value}`, signature: 's', once: true });
    const page = await open({ events: JSON.stringify([begun(1)]) });
    await posted(COLLECT);
    await page.reload();
    await page.goto(scene.address({ events: JSON.stringify([begun(2)]) }));
    await posted(COLLECT, 2);
    await fence(page);
    assert.deepEqual(calls('initiate_checkout').map(({ data }) => data.value), [1, 2]);
    assert.deepEqual(posts(COLLECT).map(({ body }) => body.events[0].facts), ['1', '2']);
  });
});
