// What consent tools and optimisers make of a page's scripts: held back, restored, delayed, merged, reordered, run twice.
// The visit is told once by both halves all the same, and what the page's own code called is not lost.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { setScene } from './scene.mjs';
import { eventCookie, pageOf, purchase, TOOLS } from './storefront.mjs';

describe('a script that comes late, or not at once', () => {
  const scene = setScene();
  const { open, calls, seen, posts, posted, fence } = scene;

  for (const tool of Object.keys(TOOLS)) {
    test(`${tool}: every event is told once, by both halves`, async () => {
      const event = eventCookie();
      const page = await open({ tool, set: `${event.name}=${event.value}`, ...pageOf(purchase()) });
      await page.locator('button').click();
      await seen('checkout');
      await seen('add_to_cart');
      await posted('/collect.php');
      await page.evaluate(() => window.restore && window.restore());
      await fence(page);
      for (const name of ['page_visit', 'add_to_cart', 'checkout']) {
        assert.equal(calls(name).length, 1, name);
      }
      assert.equal(calls().filter(({ command }) => command === 'load').length, 1);
      assert.equal(posts('/collect.php').length, 1);
      assert.equal(posts('/collect.php')[0].body.events[0].id, calls('page_visit')[0].event_id);
      await posted('/browser');
      assert.equal(posts('/browser').length, 1);
    });
  }

  test('what the page called before our file came is told, and others wait behind our load', async () => {
    const head =
      "<script>pintrk('track', 'lead', {event_id: 'theirs'}); pinrelay.track('lead', {lead_type: 'ours'})</script>";
    const page = await open({ tool: 'our file waits for the visitor to do something', head });
    await page.locator('button').click();
    await seen('lead', 2);
    assert.equal(calls()[0].command, 'load');
  });

  test('without any inline script a strict policy passes its nonce on', async () => {
    await open({ tool: 'inline scripts are taken out', csp: "script-src 'nonce-n'" });
    await seen('page_visit');
  });

  test("whose use of data is limited is asked whichever file comes first, and without the answer nothing is told", async () => {
    let answer;
    const asked = new Promise((resolve) => {
      answer = resolve;
    });
    await scene.context.route('**/place', (route) => asked.then(() => route.fulfill({ json: 'CA' })));
    await open({ limits: '' });
    assert.deepEqual(calls('page_visit'), []);
    answer();
    await seen('page_visit');
    assert.equal(calls('page_visit')[0].partner.opt_out_type, 'LDP');
  });
});
