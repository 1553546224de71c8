// A page that Chromium prerenders or prefetches for a shopper who may never come is no visit; one that is shown is a
// visit, once. With speculation rules, as WordPress and its performance plugins print them.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { findWholeChromium } from '../support/browser/find.mjs';
import { launchTabs } from '../support/browser/tabs.mjs';
import { until } from '../support/shop/service.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const PRERENDERED = '/product/blue-mug/';
const PREFETCHED = '/product/vase/';

const skip = needsWooCommerce || (findWholeChromium() === null && 'not run: needs a Chromium that prerenders');

/** Prints the rules on the shop page, and notes what is asked for in advance. */
const RULES = `<?php
add_action('wp_footer', static function (): void {
    if (is_shop()) {
        echo '<script type="speculationrules">', wp_json_encode([
            'prerender' => [['source' => 'list', 'urls' => ['${PRERENDERED}'], 'eagerness' => 'immediate']],
            'prefetch' => [['source' => 'list', 'urls' => ['${PREFETCHED}'], 'eagerness' => 'immediate']],
        ]), '</script>';
    }
});
file_put_contents(
    WP_CONTENT_DIR . '/asked.log',
    $_SERVER['REQUEST_URI'] . ' ' . ($_SERVER['HTTP_SEC_PURPOSE'] ?? 'shown') . "\\n",
    FILE_APPEND
);
`;

describe('pages fetched in advance', () => {
  const { before, after } = hooksUnless(skip);
  let world;
  let tabs;
  let tab;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    writeFileSync(path.join(world.shop.paths.content, 'mu-plugins/rules.php'), RULES);
    await world.tick();
    tabs = await launchTabs();
    tab = await tabs.open(`${world.shop.url}/shop/`);
  });
  after(async () => {
    await tabs.close();
    await world.close();
  });

  const asked = () => readFileSync(path.join(world.shop.paths.content, 'asked.log'), 'utf8').split('\n');
  /** Everything told of a page, by either half. */
  const toldOf = (page) => {
    const { browser, server } = world.standin.records();
    return [
      ...browser.filter(({ location }) => location.includes(page)).map(({ command, api_name }) => api_name ?? command),
      ...server.filter(({ event }) => event.event_source_url.includes(page)).map(({ event_name }) => event_name),
    ];
  };
  /** What a page had to tell before this is with Pinterest. */
  async function fence(page) {
    const id = await page.evaluate("window.pinrelay.track('lead')");
    const isTold = ({ event_id, matched }) => event_id === id && matched;
    await world.ticksUntil('a lead by both halves', () => world.pairs('lead').some(isTold));
  }

  test('a prerendered product page tells nothing, and loads no library, until it is shown, and then once', { skip }, async () => {
    const hidden = await tab.prerendered(PRERENDERED);
    assert.equal(await hidden.evaluate('document.prerendering'), true);
    assert.equal(await hidden.evaluate('typeof window.pinrelay.consent'), 'function', 'our script has run there');
    await fence(tab.shown);
    assert.deepEqual(toldOf(PRERENDERED), []);
    assert.equal(await hidden.evaluate("document.getElementById('pinrelay-library')"), null);

    await tab.shown.click(`a[href$="${PRERENDERED}"]`);
    await until('the page to be shown', () => hidden.evaluate('!document.prerendering'));
    assert.ok(await hidden.evaluate("performance.getEntriesByType('navigation')[0].activationStart > 0"));
    await fence(hidden);
    assert.deepEqual(toldOf(PRERENDERED).filter((name) => name === 'page_visit'), ['page_visit', 'page_visit'], 'one for each half');
    const [visit] = world.pairs('page_visit').filter(({ matched, event_id }) =>
      matched && world.halves(event_id).browser[0].location.includes(PRERENDERED),
    );
    assert.deepEqual([visit.browser_count, visit.server_count], [1, 1]);
    assert.deepEqual(asked().filter((line) => line.startsWith(PRERENDERED)), [`${PRERENDERED} prefetch;prerender`], 'asked for once');
    world.assertNothingRefused();
  });

  test('a prefetched page tells nothing', { skip }, async () => {
    assert.ok(asked().includes(`${PREFETCHED} prefetch`));
    assert.deepEqual(toldOf(PREFETCHED), []);
  });
});
