// What assets/pinrelay.js does before a visitor has agreed, when he agrees, and when he takes it back; in each mode.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { setScene } from './scene.mjs';
import { eventCookie } from './storefront.mjs';

const API = readFileSync(
  new URL('../../support/consent/wp-consent-api/wp-consent-api.js', import.meta.url),
  'utf8',
);
/** The page as a banner's plugin makes it: the kind of consent, and the WP Consent API's own script. */
const withApi = (type, more = {}) => ({
  consent: 'wp_consent_api',
  head: `<script>window.consent_api=${JSON.stringify({
    consent_type: type,
    waitfor_consent_hook: false,
    cookie_expiration: 30,
    cookie_prefix: 'wp_consent',
    ...more,
  })};${API.replace(/\/\/.*$/gm, '')}</script>`,
});

describe('consent in the browser', () => {
  const scene = setScene();
  const { open, calls, seen, posts, posted, cookie, fence } = scene;

  const ours = async () => (await cookie('')).map(({ name }) => name).filter((name) => /^(pinrelay)?_/.test(name));
  const stored = (page) => page.evaluate(() => ({ ...localStorage, ...sessionStorage }));

  /** Nothing was loaded, set, stored or handed in. A second page that may do all that has had its time. */
  async function assertNothing(page) {
    const after = await scene.browser.newContext();
    const other = await after.newPage();
    await other.goto(scene.address({}, '/other'));
    await scene.standin.until(() => calls('page_visit').some(({ location }) => location.includes('/other')));
    await after.close();
    assert.deepEqual(calls().filter(({ location }) => !location.includes('/other')), []);
    assert.deepEqual((await ours()).filter((name) => !name.startsWith('pinrelay_consent')), []);
    assert.deepEqual(await stored(page), {});
    assert.equal(await page.locator('script[src*="core.js"]').count(), 0);
    assert.equal(posts('/collect.php').filter(({ body }) => !body.url.includes('/other')).length, 0);
  }

  for (const [mode, wish] of [['filter', { consent: 'filter' }], ['WP Consent API, opt-in', withApi('optin')]]) {
    test(`before it nothing loads, is set, stored or sent (${mode})`, async () => {
      const page = await open({ ...wish, epik: 'dj0yJnU9' });
      await page.evaluate(() => window.pinrelay.track('lead', { lead_type: 'newsletter' }));
      await assertNothing(page);
    });
  }

  test('a mode that waits for a plugin that is not there tells nothing', async () => {
    await assertNothing(await open({ ...withApi('optout'), prefix: '' }));
  });

  // Banners tell their type by script alone, late, and may write `deny` before anybody has answered.
  const TELL = (type) => {
    window.wp_consent_type = type;
    document.dispatchEvent(new CustomEvent('wp_consent_type_defined'));
  };

  test('no type told on the server: a late banner asks first, writes its own refusal, and nothing went out before', async () => {
    const page = await open(withApi(''));
    await assertNothing(page);
    await page.evaluate(TELL, 'optin');
    await page.evaluate(() => window.wp_set_consent('marketing', 'deny'));
    await page.evaluate(() => window.pinrelay.track('lead', {}));
    await assertNothing(page);
    await page.evaluate(() => window.wp_set_consent('marketing', 'allow'));
    await seen('lead');
  });

  test('a type told by the browser alone that lets visitors object is passed on to the server', async () => {
    const page = await open(withApi(''));
    await assertNothing(page);
    await page.evaluate(TELL, 'optout');
    await seen('page_visit', 2);
    await posted('/collect.php', 2);
    assert.ok(posts('/collect.php').at(-1).cookies.includes('pinrelay_consent_type=optout'));
  });

  test('where the banner corrects what the server told, the server hears of it', async () => {
    const page = await open({ ...withApi('optout', { waitfor_consent_hook: true }) });
    await page.evaluate(TELL, 'optin');
    assert.deepEqual((await cookie('pinrelay_')).map(({ name, value }) => [name, value]), [['pinrelay_consent_type', 'optin']]);
    assert.deepEqual(calls(), []);
  });

  test('an allow counts though no script of the API has come', async () => {
    await open({ consent: 'wp_consent_api', set: 'wp_consent_marketing=allow' });
    await seen('page_visit');
  });

  test("the cookie's prefix is the banner's own", async () => {
    const banner = withApi('optout', { cookie_prefix: 'cmplz' });
    await assertNothing(await open({ ...banner, prefix: 'cmplz', set: 'cmplz_marketing=deny' }));
    await scene.context.addCookies([{ name: 'cmplz_marketing', value: 'allow', url: scene.storefront.url }]);
    await open({ ...banner, prefix: 'cmplz' });
    await seen('page_visit', 2);
  });

  for (const json of ['{"Pinterest (Pinrelay)":false}', encodeURIComponent('{"maps":true,"pinterest":false}')]) {
    test(`a refusal of this service alone is heard (${json.slice(0, 12)})`, async () => {
      await scene.context.addCookies([
        { name: 'wp_consent_marketing', value: 'allow', url: scene.storefront.url },
        { name: 'wp_consent_consented_services', value: json, url: scene.storefront.url },
      ]);
      await assertNothing(await open(withApi('optin')));
    });
  }

  test("a veto of the banner's own function alone is passed on to the server, until it ends", async () => {
    const kept = async () => (await cookie('pinrelay_consent_type')).map(({ value }) => value);
    const page = await open({ ...withApi('optin'), set: 'wp_consent_marketing=allow' });
    await seen('page_visit');
    const change = (has) => {
      window.wp_has_consent = () => has;
      document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change'));
    };
    await page.evaluate(change, false);
    await posted('/withdraw');
    assert.ok(posts('/withdraw')[0].cookies.includes('pinrelay_consent_type=deny'));
    await assertGone();
    const later = await open({ consent: 'wp_consent_api' }, '/later');
    await later.evaluate(() => document.readyState);
    assert.deepEqual([await kept(), posts('/collect.php').length], [['deny'], 1], 'also where the function has not come yet');
    await page.evaluate(change, true);
    assert.deepEqual(await kept(), ['optin']);
    assert.ok((await ours()).includes('pinrelay_vid'));
  });

  test('a refusal that a banner writes down without an event stops the page that is open', async () => {
    const page = await open(withApi('optout'));
    await seen('page_visit');
    await page.evaluate(() => {
      document.cookie = 'wp_consent_marketing=deny; path=/';
    });
    await posted('/withdraw');
    await assertGone();
  });

  const CHECKOUT = JSON.stringify([
    { call: ['track', 'initiatecheckout', { value: 1 }], facts: '1', signature: 's', once: true },
  ]);
  const RECEIVED = '/checkout/order-received/71/?key=wc_order_aBc';

  test('nothing is claimed on the page of an order before its visitor agrees', async () => {
    const page = await open({ consent: 'filter' }, RECEIVED);
    await page.waitForLoadState('networkidle');
    assert.deepEqual(posts('/claim'), []);
    await page.evaluate(() => window.pinrelay.consent(true));
    await posted('/claim');
  });

  // With an event that the script hears, and without.
  for (const [how, wish, accept] of [
    ['by a call', { consent: 'filter' }, () => window.pinrelay.consent(true)],
    ['by a cookie', withApi('optin'), () => void (document.cookie = 'wp_consent_marketing=allow; path=/')],
  ]) {
    const acceptAndReload = (page) =>
      Promise.all([page.waitForEvent('load'), page.evaluate(`(${accept})(); location.reload()`)]);

    test(`a banner that loads the page of an order anew with the answer takes nothing from the claim (${how})`, async () => {
      const page = await open(wish, RECEIVED);
      assert.deepEqual(await stored(page), {}, 'nothing is kept before the answer');
      await acceptAndReload(page);
      await posted('/claim');
    });

    test(`what such a banner's page has told has the same ids after it (${how})`, async () => {
      const page = await open({ ...wish, events: CHECKOUT }, '/checkout');
      await acceptAndReload(page);
      await seen('initiate_checkout');
      await posted('/collect.php');
      await fence(page);
      const byTag = calls('initiate_checkout').map(({ event_id }) => event_id);
      const toServer = posts('/collect.php').map(({ body }) => body.events[0].id);
      assert.equal(new Set([...byTag, ...toServer]).size, 1);
    });
  }

  test('who agrees on the page after that of his order says whose it was', async () => {
    const page = await open({ consent: 'filter' }, RECEIVED);
    await page.evaluate((next) => location.assign(next), scene.address({ consent: 'filter' }, '/next'));
    await page.waitForURL('**/next*');
    await page.evaluate(() => window.pinrelay.consent(true));
    await posted('/claim');
    assert.deepEqual(posts('/claim')[0].body, { key: 'wc_order_aBc', ids: [71] });
  });

  test('what the page held is told once the visitor agrees, in the order in which it happened', async () => {
    const page = await open({ consent: 'filter', epik: 'dj0yJnU9' });
    const id = await page.evaluate(() => window.pinrelay.track('lead', { lead_type: 'newsletter' }));
    await page.evaluate(() => window.pinrelay.consent(true));
    await seen('lead');
    const list = calls();
    assert.deepEqual(
      list.map(({ command }) => command),
      ['setconsent', 'load', 'set', 'page', 'track', 'track'],
    );
    assert.deepEqual(list.slice(4).map(({ api_name }) => api_name), ['page_visit', 'lead']);
    assert.equal(list[5].event_id, id);
    await posted('/collect.php', 2);
    const names = await ours();
    for (const name of ['pinrelay_consent', 'pinrelay_vid', '_epik']) {
      assert.ok(names.includes(name), name);
    }
    assert.equal((await cookie('_epik'))[0].value, 'dj0yJnU9');
  });

  test('the answer is remembered for the next page', async () => {
    const page = await open({ consent: 'filter' });
    await page.evaluate(() => window.pinrelay.consent(true));
    await seen('page_visit');
    await page.goto(scene.address({ consent: 'filter' }, '/next'));
    await seen('page_visit', 2);
  });

  test('an answer given before the script has arrived counts', async () => {
    await open({ consent: 'filter', head: '<script>window.pinrelay.consent(true)</script>' });
    await seen('page_visit');
  });

  test('a refusal is kept, and nothing else', async () => {
    const page = await open({ consent: 'filter' });
    await page.evaluate(() => window.pinrelay.consent(false));
    assert.deepEqual(await ours(), ['pinrelay_consent']);
    assert.equal((await cookie('pinrelay_consent'))[0].value, '0');
    await assertNothing(page);
  });

  test("a banner's change is heard by the WP Consent API's own event", async () => {
    const page = await open(withApi('optin'));
    await page.evaluate(() => window.wp_set_consent('statistics', 'allow'));
    await assertNothing(page);
    await page.evaluate(() => window.wp_set_consent('marketing', 'allow'));
    await scene.standin.until(() => calls('page_visit').some(({ location }) => !location.includes('/other')));
  });

  test('where visitors may object, the page tells until one does', async () => {
    const page = await open(withApi('optout'));
    await seen('page_visit');
    await page.evaluate(() => window.wp_set_consent('marketing', 'deny'));
    await posted('/withdraw');
    const later = await open(withApi('optout'), '/later');
    await later.evaluate(() => document.readyState);
    await assertGone();
    assert.deepEqual(calls().filter(({ location }) => location.includes('/later')), []);
  });

  test('a banner that has yet to learn the country is waited for', async () => {
    const page = await open(withApi('optout', { waitfor_consent_hook: true }));
    await assertNothing(page);
    await page.evaluate(() => {
      window.wp_consent_type = 'optout';
      document.dispatchEvent(new CustomEvent('wp_consent_type_defined'));
    });
    await scene.standin.until(() => calls('page_visit').some(({ location }) => !location.includes('/other')));
  });

  /** Of what the visitor's consent allowed, nothing is left. */
  async function assertGone() {
    assert.deepEqual((await ours()).filter((name) => /^(pinrelay_(vid|e_)|_epik|_pin)/.test(name)), []);
  }

  test('consent taken back stops the tag, forgets the visitor, tells the shop, and holds what comes', async () => {
    const { name, value } = eventCookie();
    const page = await open({ consent: 'filter' });
    await page.evaluate(() => window.pinrelay.consent(true));
    await seen('page_visit');
    const [{ value: visitor }] = await cookie('pinrelay_vid');
    await page.evaluate(([n, v]) => {
      document.cookie = `${n}=${v}; path=/`;
      window.pinrelay.consent(false);
    }, [name, value]);
    await posted('/withdraw');
    await assertGone();
    const [taken] = posts('/withdraw');
    assert.ok(taken.cookies.includes('pinrelay_consent=0'), 'the shop reads the refusal');
    assert.deepEqual(taken.body, { visitor }, 'and whose it is');
    await scene.standin.until(() => calls().some(({ command, data }) => command === 'setconsent' && data === false));
    await page.evaluate(() => window.pinrelay.track('lead', {}));
    assert.deepEqual(calls('lead'), []);

    await page.evaluate(() => window.pinrelay.consent(true));
    await seen('lead');
    assert.ok((await ours()).includes('pinrelay_vid'));
    assert.equal(calls('page_visit').length, 1, 'the visit is told once');
    await fence(page);
  });

  test('a bot that runs scripts is no visitor', async () => {
    const context = await scene.browser.newContext({
      userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/131.0.0.0',
    });
    const page = await context.newPage();
    await page.goto(scene.address());
    await assertNothing(page);
    await context.close();
  });

  test("Pinterest's own browser is a visitor, and so is a CUBOT phone", async () => {
    for (const [at, userAgent] of [
      ['/pinterest', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/22B83 [Pinterest/iOS]'],
      ['/cubot', 'Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36'],
    ]) {
      const context = await scene.browser.newContext({ userAgent });
      const page = await context.newPage();
      await page.goto(scene.address({}, at));
      await scene.standin.until(() => calls('page_visit').some(({ location }) => location.includes(at)));
      await context.close();
    }
  });
});

describe('match keys and tag managers', () => {
  const { open, calls, seen, posted, posts } = setScene();

  test('hashed keys of the page go with the first events, the visitor id unchanged', async () => {
    await open({ match: JSON.stringify({ em: 'e'.repeat(64), opt_out_type: 'LDP' }) });
    await seen('page_visit');
    const { partner } = calls('page_visit')[0];
    assert.equal(partner.em, 'e'.repeat(64));
    assert.equal(partner.opt_out_type, 'LDP');
    assert.match(partner.external_id, /^[0-9a-f]{64}$/);
  });

  test('where the owner uses a tag manager, events go to the data layer with their id and no library loads', async () => {
    const page = await open({ gtm: '', head: '<script>window.dataLayer=[{event:"gtm.js"}]</script>' });
    await posted('/collect.php');
    const layer = await page.evaluate(() => window.dataLayer);
    assert.equal(layer[0].event, 'gtm.js');
    const [told] = layer.filter(({ event }) => event === 'pinrelay');
    assert.equal(told.pinrelay.event_name, 'pagevisit');
    assert.equal(told.event_id, told.pinrelay.event_id);
    const [{ body }] = posts('/collect.php');
    assert.equal(body.events[0].id, told.event_id, 'the same on the server half');
    assert.equal(await page.locator('script[src*="core.js"]').count(), 0);
    assert.deepEqual(calls(), []);
  });

  test('the data layer waits for consent, too', async () => {
    const page = await open({ gtm: '', consent: 'filter' });
    await page.evaluate(() => window.pinrelay.track('lead', {}));
    assert.equal(await page.evaluate(() => window.dataLayer), undefined);
    await page.evaluate(() => window.pinrelay.consent(true));
    await page.waitForFunction(() => (window.dataLayer || []).filter(({ event }) => event === 'pinrelay').length === 2);
  });
});
