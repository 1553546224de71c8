// The settings page, as the shop's owner uses it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { logIn } from '../support/browser/owner.mjs';
import { openWorld, screenshot } from './world.mjs';

const TOKEN = 'pina_standin';
const PAGE = '/wp-admin/admin.php?page=pinrelay';

describe('the settings page', () => {
  let world;
  let owner;

  const field = (name) => owner.page.locator(`#pinrelay-${name}`);
  const fault = (name) => owner.page.locator(`#pinrelay-${name}-fault`);
  const save = () =>
    Promise.all([
      owner.page.waitForEvent('load'),
      owner.page.locator('#submit').click(),
    ]);
  const fill = async (values) => {
    for (const [name, value] of Object.entries(values)) {
      await field(name).fill(value);
    }
  };

  before(async () => {
    world = await openWorld({
      theme: 'classic',
      constants: {
        PINRELAY_ENABLED: null,
        PINRELAY_TAG_ID: null,
        PINRELAY_AD_ACCOUNT_ID: null,
        PINRELAY_ACCESS_TOKEN: null,
      },
    });
    owner = await world.shopper();
    await logIn(owner.page, world.shop);
    await owner.open(PAGE);
  });
  after(() => world.close());

  test('every faulty field is named beside it, and nothing is saved', async () => {
    await fill({ tag_id: 'abc', ad_account_id: '1234567890123456789', access_token: 'two words' });
    await save();
    for (const name of ['tag_id', 'ad_account_id', 'access_token']) {
      assert.ok((await fault(name).innerText()).trim().length > 10, name);
      assert.equal(await field(name).getAttribute('aria-invalid'), 'true');
    }
    assert.equal(await field('tag_id').inputValue(), 'abc', 'what was typed is still there');
    assert.equal(await field('access_token').inputValue(), '', 'but for the token');
    await screenshot(owner.page, 'settings-faults');
    await owner.open(PAGE);
    assert.equal(await field('tag_id').inputValue(), '');
  });

  test('well-formed settings are saved, and Pinterest is asked with one test event', async () => {
    await fill({ tag_id: '2612345678901', ad_account_id: world.standin.account, access_token: TOKEN });
    await field('enabled').check();
    await save();
    assert.equal(world.standin.records().server.filter((record) => record.test).length, 1);
    assert.equal(await owner.page.locator('.notice-success').count(), 1);
    assert.equal(await field('tag_id').inputValue(), '2612345678901');
    await screenshot(owner.page, 'settings-saved');
  });

  test('every event is on in both halves until somebody takes a tick away, which stays away', async () => {
    const ticks = owner.page.locator('#pinrelay-events input[type=checkbox]');
    const lead = owner.page.locator('[name="events[lead][tag]"]');
    assert.equal(await ticks.count(), 28);
    assert.equal(await owner.page.locator('#pinrelay-events input:checked').count(), 28);
    await lead.uncheck();
    await save();
    assert.equal(await lead.isChecked(), false);
    assert.equal(await owner.page.locator('#pinrelay-events input:checked').count(), 27);
    const page = await world.shopper();
    await page.open('/');
    const told = JSON.parse(await page.page.locator('#pinrelay-page').textContent());
    assert.deepEqual([told.track.lead, told.track.signup], [[false, true], [true, true]]);
    await page.close();
    await lead.check();
    await save();
  });

  test('the token never comes back to the browser', async () => {
    await owner.open(PAGE);
    assert.equal(await field('access_token').inputValue(), '');
    for (const { url, text } of await owner.sources()) {
      assert.ok(!text.includes(TOKEN), url);
    }
    // Saving the form as it is keeps it.
    await save();
    assert.equal(await owner.page.locator('.notice-success').count(), 1);
  });

  test('a token that Pinterest refuses is saved, and its answer is shown', async () => {
    await fill({ access_token: 'pina_wrong' });
    await save();
    const answer = owner.page.locator('.notice-error, .notice-warning').first();
    assert.match(await answer.innerText(), /401|token/i);
    await screenshot(owner.page, 'settings-refused-token');
    await fill({ access_token: TOKEN });
    await save();
    assert.equal(await owner.page.locator('.notice-success').count(), 1);
  });

  test('a purchase is delivered with what was saved', async () => {
    const shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await world.matched('checkout');
    await shopper.close();
    await owner.open(PAGE);
    await screenshot(owner.page, 'settings-status');
  });

  test('a shopper who knows the address cannot read or change anything', async () => {
    const stranger = await world.shopper();
    const response = await stranger.page.goto(PAGE);
    assert.match(response.url(), /wp-login\.php/);
    const forged = await owner.page.request.post(PAGE, { form: { tag_id: '1', enabled: '1' } });
    assert.equal(forged.status(), 403, 'without the nonce of the form');
    await owner.open(PAGE);
    assert.equal(await field('tag_id').inputValue(), '2612345678901');
    await stranger.close();
  });
});

describe('settings in wp-config.php', () => {
  let world;

  before(async () => {
    world = await openWorld({ theme: 'classic' });
  });
  after(() => world.close());

  test('win, are shown as such, and cannot be changed on the page', async () => {
    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    await owner.open(PAGE);
    const tag = owner.page.locator('#pinrelay-tag_id');
    assert.equal(await tag.inputValue(), '2612345678901');
    assert.ok(!(await tag.isEditable()));
    assert.match(await owner.page.locator('#pinrelay-tag_id-fixed').innerText(), /PINRELAY_TAG_ID/);
    assert.ok(!(await owner.page.content()).includes(TOKEN));
    await screenshot(owner.page, 'settings-constants');
    await owner.close();
  });

  test('an update tells the owner once what it changed, and nobody who installs it anew', async () => {
    const owner = await world.shopper();
    await logIn(owner.page, world.shop);
    const notice = owner.page.locator('.notice', { hasText: 'After this update' });
    await owner.open('/wp-admin/');
    assert.equal(await notice.count(), 0);
    await world.shop.php(
      "$state = get_option('pinrelay_state'); unset($state['changes_told']); update_option('pinrelay_state', $state);",
    );
    await owner.open('/wp-admin/');
    assert.ok((await notice.locator('li').count()) > 2);
    await screenshot(owner.page, 'notice-updated');
    // The customer may not answer for him.
    const customer = await world.shopper();
    const form = { log: 'customer', pwd: 'customer' };
    await customer.page.request.post('/wp-login.php', { form, maxRedirects: 0 });
    const nonce = await notice.locator('[name=_wpnonce]').getAttribute('value');
    const forged = { action: 'pinrelay_updated', choice: '0.1.0', _wpnonce: nonce };
    assert.equal((await customer.page.request.post('/wp-admin/admin-post.php', { form: forged })).status(), 403);
    await customer.close();
    await Promise.all([owner.page.waitForEvent('load'), notice.locator('button').click()]);
    assert.equal(await notice.count(), 0);
    await owner.open(PAGE);
    assert.equal(await notice.count(), 0);
    await owner.close();
  });
});
