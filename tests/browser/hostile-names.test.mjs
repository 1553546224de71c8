// Products, categories, SKUs, options and searches whose words try to break out of everything go through the shop's flows
// unharmed: no page breaks, nothing of theirs runs by our doing, and both halves tell them as they are written.
// PINRELAY_FLOWS=all takes every flow, otherwise one of each kind.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { php, prepare, stock } from './flows/goods.mjs';
import { FLOWS } from './flows/index.mjs';
import { walk } from './flows/walk.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const SCRIPT = '</script><script>alert(1)</script>';
const OPTION = `5" & 'größer' 🫖`;
const QUOTES = `"Tea" & 'Zucker' <b>Größe</b> 🫖 `;
/** What each range of products is called. The second one is known to Pinterest by its SKUs. */
const RANGES = [
  { kind: 'a script', slug: 'hostile-script', name: SCRIPT, sku: SCRIPT, option: OPTION },
  {
    kind: 'quotes, emoji and 2,000 characters',
    slug: 'hostile-long',
    name: QUOTES.repeat(60).slice(0, 2000),
    sku: `Größe-🫖-&-${SCRIPT}`,
    option: OPTION,
    settings: { item_id: 'sku' },
  },
];

const ONE_OF_EACH = [
  "a product's page is opened",
  'a category is opened',
  "the product page's form",
  'the form of a variable product',
  'the form of a grouped product',
  'the AJAX button of a list',
  'a batch of the Store API, of which one fails',
  'a product put on a wishlist of YITH',
  "pinrelay.track('lead')",
  'an order is handed in and its payment fails',
  'the classic checkout, a guest',
  'calls of the Store API',
  'a link to pay an order that the merchant made',
];
const WALKED = process.env.PINRELAY_FLOWS === 'all' ? FLOWS : FLOWS.filter(({ name }) => ONE_OF_EACH.includes(name));

/** An address has room for so much. Behind it what would leave a script element open; in a heading it ends the page. */
const wordsOf = ({ name }) => `${name.slice(0, 130).trim()} <!--<script>`;
const searchFor = (words) => ({
  group: 'views',
  name: 'a search for its name',
  gives: { page_visit: 1, search: 1, view_category: 0 },
  async run({ shopper }) {
    await shopper.open(`/?${new URLSearchParams({ s: words, post_type: 'product' })}`);
    return { says: { search: [{ words }] } };
  },
});

/** Flows know products by their ids; where Pinterest knows them by SKUs, that both halves agree has to do. */
const withoutIds = (flow) => ({
  ...flow,
  async run(visit) {
    const said = await flow.run(visit);
    return { orders: said?.orders };
  },
});

/** The content of every script element that is ours or calls Pinterest's tag. */
const ourScripts = (html) =>
  [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)]
    .filter(([, attributes, body]) => /pinrelay/.test(attributes) || /pintrk/.test(body))
    .map(([, attributes, body]) => ({ attributes, body }));

/** WooCommerce prints names as they are, so a script in one runs inside a heading or a link; at a page's top it is ours. */
async function noteAlerts({ context }, alerts) {
  await context.exposeBinding('noteAlert', (_, where) => alerts.push(where));
  await context.addInitScript(() => {
    window.alert = () => {
      const parent = document.currentScript?.parentElement;
      if (document.readyState === 'loading' && /^(HEAD|BODY)$/.test(parent?.tagName)) {
        window.noteAlert(`${parent.tagName} of ${window.location.href}`);
      }
    };
  });
}

describe('hostile names', () => {
  const { before, after } = hooksUnless(needsWooCommerce);
  let world;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    await prepare(world);
    await world.tick();
  });
  after(() => world.close());

  for (const range of RANGES) {
    const flows = [searchFor(wordsOf(range)), ...WALKED];

    test(`${range.kind}: every flow goes as always, and both halves say the same`, { skip: needsWooCommerce }, async () => {
      await world.shop.php(
        `update_option('pinrelay_settings', ${php(range.settings ?? {})} + get_option('pinrelay_settings'));`,
      );
      const goods = await stock(world, range);
      const alerts = [];
      const known = range.settings ? flows.map(withoutIds) : flows;
      const all = await walk(world, known, { goods, careful: (shopper) => noteAlerts(shopper, alerts) });
      const walked = all.filter(({ notRun }) => !notRun);

      const faults = walked.map(({ flow, error, verdict }) => [flow.name, error?.message, ...(verdict?.faults ?? [])]);
      assert.deepEqual(faults.filter((of) => of.some((fault, at) => at > 0 && fault)), []);
      assert.deepEqual(alerts, []);
      assert.deepEqual(walked.flatMap(({ shopper }) => shopper.errors.map(String)), []);
      world.assertNothingRefused();

      const pages = (await Promise.all(walked.map(({ shopper }) => shopper.sources()))).flat();
      const scripts = pages.flatMap(({ url, text }) => ourScripts(text).map((script) => ({ url, ...script })));
      assert.ok(scripts.some(({ attributes }) => attributes.includes('pinrelay-page')));
      for (const { url, attributes, body } of scripts) {
        assert.doesNotMatch(body, /<\/?script|<!--/i, url);
        if (attributes.includes('application/json')) {
          assert.doesNotThrow(() => JSON.parse(body), `${url} ${attributes}`);
        }
      }
    });

    test(`${range.kind}: Pinterest gets the name as a text`, { skip: needsWooCommerce }, () => {
      const { server, browser } = world.standin.records();
      const visits = server.filter(
        ({ event_name: name, event }) => name === 'page_visit' && event.event_source_url.includes(`/${range.slug}-plain/`),
      );
      assert.ok(visits.length > 0);
      for (const { event, event_id: id } of visits) {
        const [told] = event.custom_data.contents;
        const tag = browser.find((record) => record.event_id === id && record.command === 'track');
        assert.ok(`${range.name}, plain`.startsWith(told.item_name), told.item_name);
        assert.equal(tag.data.line_items[0].product_name, told.item_name);
      }
    });
  }
});
