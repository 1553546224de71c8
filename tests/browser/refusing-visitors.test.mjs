// Visitors who refuse something: JavaScript, Pinterest's library, everything of ours, cookies, consent. For each of them
// the shop works as it does without the plugin, and of each event exactly those halves are told that may be. One shop
// for all of them; the flows are those of flows/.

import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { prepare, stock } from './flows/goods.mjs';
import { FLOWS } from './flows/index.mjs';
import { walk } from './flows/walk.mjs';
import { hooksUnless, needsWooCommerce, openWorld } from './world.mjs';

const [BOTH, SERVER, NOBODY] = ['both', 'server', 'nobody'];

/** Who tells of an event. What is born in the browser needs our script there, what is born on the server does not. */
const TOLD = {
  //                  JavaScript  library  all of ours  cookies  consent
  //                  off         blocked  blocked      refused  refused
  page_visit:        [NOBODY,     SERVER,  NOBODY,      BOTH,    NOBODY],
  view_category:     [NOBODY,     SERVER,  NOBODY,      BOTH,    NOBODY],
  search:            [NOBODY,     SERVER,  NOBODY,      BOTH,    NOBODY],
  'search, found':   [SERVER,     SERVER,  SERVER,      SERVER,  NOBODY],
  add_to_cart:       [SERVER,     SERVER,  SERVER,      SERVER,  NOBODY],
  add_to_wishlist:   [SERVER,     SERVER,  SERVER,      SERVER,  NOBODY],
  initiate_checkout: [NOBODY,     SERVER,  NOBODY,      null,    NOBODY],
  add_payment_info:  [SERVER,     SERVER,  SERVER,      null,    NOBODY],
  checkout:          [SERVER,     SERVER,  SERVER,      null,    NOBODY],
  signup:            [SERVER,     SERVER,  SERVER,      SERVER,  NOBODY],
  'by action':       [SERVER,     SERVER,  SERVER,      SERVER,  NOBODY],
  'by function':     [null,       SERVER,  NOBODY,      BOTH,    NOBODY],
};

const OWN = ['lead', 'subscribe', 'watch_video', 'view_content', 'custom'];
const FOUND = 'a search that finds one product, and shows it';
/** Each flow, and who cannot take it in any shop of WooCommerce. */
const WAYS = {
  "a product's page is opened": [],
  'a category is opened': [],
  'a search for products': [],
  [FOUND]: [],
  "the product page's form": [],
  'the form of a variable product': ['JavaScript off'],
  'the form of a grouped product': [],
  'the AJAX button of a list': ['JavaScript off'],
  'a batch of the Store API, of which one fails': ['JavaScript off', 'cookies refused'],
  'a link with ?add-to-cart= and a quantity': [],
  'a product put on a wishlist of YITH': [],
  'an account is made on the account page': [],
  'an order is handed in and its payment fails': ['cookies refused'],
  'the classic checkout, a guest': ['cookies refused'],
  ...Object.fromEntries(OWN.map((name) => [`do_action('pinrelay_track', '${name}')`, []])),
  'pinrelay.track() of each': ['JavaScript off'],
};
/** In one page, where flows/ has a page for each. */
const ALL_FLOWS = [
  ...FLOWS,
  {
    name: 'pinrelay.track() of each',
    gives: Object.fromEntries(OWN.map((name) => [name, 1])),
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      await shopper.page.evaluate((events) => events.forEach((name) => window.pinrelay.track(name, {})), OWN);
    },
  },
];

const rowOf = (name, flow) => {
  const row = flow.name === FOUND && name === 'search' ? 'search, found' : name;
  return OWN.includes(name) ? (flow.name.startsWith('do_action') ? 'by action' : 'by function') : row;
};
const names = [...Object.keys(TOLD).filter((name) => /^\w+$/.test(name)), ...OWN];

const block = (pattern) => ({ context }) => context.route(pattern, (route) => route.abort());

/** As a browser does that is told to take none: neither the shop's answers nor a script can set one. */
async function refuseCookies({ context, page }) {
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setDocumentCookieDisabled', { disabled: true });
  await context.route('**/*', async (route) => {
    // He may be gone before his last request.
    await context.clearCookies().then(() => route.continue()).catch(() => undefined);
  });
}

const answers = (world, name, value) => ({ context }) => context.addCookies([{ name, value, url: world.shop.url }]);

/** `column` of TOLD; `settings` of the shop while they are there. */
const VISITORS = [
  { name: 'JavaScript off', column: 0, visitor: { javaScriptEnabled: false } },
  { name: 'library blocked', column: 1, careful: () => block(/\/ct\/core\.js/) },
  { name: 'all of ours blocked', column: 2, careful: () => block(/\/ct\/core\.js|plugins\/pinrelay\/|pinrelay\/v1/) },
  { name: 'cookies refused', column: 3, careful: () => refuseCookies },
  {
    name: 'consent refused, own code',
    column: 4,
    consent: 'filter',
    agrees: ['pinrelay_consent', '1'],
    careful: (world) => answers(world, 'pinrelay_consent', '0'),
  },
  {
    name: 'consent refused, WP Consent API',
    column: 4,
    consent: 'wp_consent_api',
    agrees: ['wp_consent_marketing', 'allow'],
    careful: (world) => answers(world, 'wp_consent_marketing', 'deny'),
  },
];

describe('visitors who refuse something', () => {
  const { before, after } = hooksUnless(needsWooCommerce);
  let world;
  let goods;
  let newShopper;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    newShopper = world.shopper;
    await prepare(world);
    goods = await stock(world);
    await world.tick();
  });
  after(() => world.close());

  /** Asks everybody from now on; who does not refuse has agreed. */
  async function ask({ consent, agrees }) {
    if (consent === 'wp_consent_api') {
      for (const plugin of ['wp-consent-api', 'test-banner']) {
        const from = fileURLToPath(new URL(`../support/consent/${plugin}`, import.meta.url));
        await cp(from, path.join(world.shop.paths.plugins, plugin), { recursive: true });
        await world.shop.wp('plugin', 'activate', plugin);
      }
    }
    await world.shop.php(
      `update_option('pinrelay_settings', ['consent' => '${consent}'] + get_option('pinrelay_settings'));`,
    );
    await world.tick();
    world.shopper = async (options) => {
      const shopper = await newShopper(options);
      await answers(world, ...agrees)(shopper);
      return shopper;
    };
  }

  for (const { name, column, visitor, careful, ...shop } of VISITORS) {
    const told = (event, flow) => TOLD[rowOf(event, flow)][column];
    const halves = (who, count) => (who === BOTH ? count : { browser: name, server: who === SERVER ? count : name });

    /** Of the events that a flow does not give, none is told; views on the way to it go by their own rule. */
    const gives = (flow) => {
      const passing = told('page_visit', flow) === NOBODY ? [] : ['page_visit', 'view_category'];
      const others = names.filter((event) => !passing.includes(event)).map((event) => [event, halves(NOBODY)]);
      return Object.fromEntries([
        ...others,
        ...Object.entries(flow.gives)
          .filter(([, count]) => count !== 0)
          .map(([event, count]) => [event, halves(told(event, flow), count)]),
      ]);
    };

    test(`${name}: the shop works, and what may be told is told`, { skip: needsWooCommerce }, async () => {
      if (shop.consent) {
        await ask(shop);
      }
      const flows = ALL_FLOWS.filter((flow) => WAYS[flow.name] && !WAYS[flow.name].includes(name));
      const walked = await walk(world, flows, { goods, visitor, careful: careful?.(world), gives });
      const faults = walked.map((one) => [one.flow.name, one.error?.message ?? one.notRun, ...(one.verdict?.faults ?? [])]);
      assert.deepEqual(faults.filter((of) => of.some((fault, at) => at > 0 && fault)), []);
      assert.deepEqual(walked.flatMap(({ shopper }) => shopper.errors.map(String)), []);
      if (told('page_visit', flows[0]) !== BOTH) {
        const agents = walked.map(({ agent }) => agent);
        assert.deepEqual(world.standin.records().browser.filter((one) => agents.includes(one.user_agent)), []);
      }
      if (shop.consent) {
        const row = (await world.outbox()).at(-1);
        assert.deepEqual([row.verdict, row.context, row.event_id], ['refused', '', ''], 'of the order, nothing else is kept');
      }
      world.assertNothingRefused();
    });
  }

  test('every flow of the table is one of the shop', { skip: needsWooCommerce }, () => {
    assert.deepEqual(Object.keys(WAYS).filter((name) => !ALL_FLOWS.some((flow) => flow.name === name)), []);
  });
});
