// Orders that Pinterest refused, as the shop's owner sees them and deals with them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { logIn } from '../support/browser/owner.mjs';
import { openWorld, screenshot } from './world.mjs';

const PAGE = '/wp-admin/admin.php?page=pinrelay';

describe('refused events', () => {
  let world;
  let owner;

  const table = () => owner.page.locator('#pinrelay-refused ~ form table');
  const press = (name) =>
    Promise.all([owner.page.waitForURL(/refused=/), table().getByRole('button', { name }).click()]);

  before(async () => {
    world = await openWorld({ theme: 'classic' });
    owner = await world.shopper();
    await logIn(owner.page, world.shop);
  });
  after(() => world.close());

  /** A sale that Pinterest refuses. */
  async function refused() {
    world.standin.misbehave({ mode: '503' });
    const shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    await shopper.close();
    const [{ id }] = await world.orders();
    const row = (await world.outbox()).find((one) => Number(one.order_id) === id);
    world.standin.misbehave({ mode: 'partial', ids: [row.event_id] });
    await world.outboxUntil('the refusal', (rows) =>
      rows.find((one) => Number(one.order_id) === id).verdict === 'rejected' && rows,
    );
    world.standin.misbehave({ mode: 'ok' });
    return id;
  }

  const verdictOf = async (id) => (await world.outbox()).find((one) => Number(one.order_id) === id).verdict;

  test('without any the page does not speak of them', async () => {
    await owner.open(PAGE);
    assert.equal(await owner.page.locator('#pinrelay-refused').count(), 0);
  });

  test('one is named by its order, with what Pinterest says and nothing about the shopper', async () => {
    const id = await refused();
    await owner.open(PAGE);
    const text = await table().innerText();
    assert.match(text, new RegExp(`Order ${id}`));
    assert.ok((await table().locator('td').first().innerText()).trim().length > 5, text);
    assert.doesNotMatch(text, /@|203\.0\.113/);
    const link = await table().getByRole('link', { name: `Order ${id}` }).getAttribute('href');
    assert.match(link, new RegExp(`(id|post)=${id}\\b`));
    await screenshot(owner.page, 'refused-events');
  });

  test('sent again it reaches Pinterest, and the page says so', async () => {
    const [{ id }] = await world.orders();
    await press(`Send again (Order ${id})`);
    assert.match(await owner.page.locator('#pinrelay-refused ~ .notice').innerText(), /1 event is on its way again/);
    assert.equal(await table().count(), 0);
    await screenshot(owner.page, 'refused-sent-again');
    await world.outboxUntil('a verdict', (rows) =>
      rows.find((one) => Number(one.order_id) === id).verdict === 'delivered' && rows,
    );
  });

  test('discarded it is shown no more and stays refused', async () => {
    const id = await refused();
    await owner.open(PAGE);
    await press(`Discard (Order ${id})`);
    assert.match(await owner.page.locator('#pinrelay-refused ~ .notice').innerText(), /1 event is discarded/);
    await owner.open(PAGE);
    assert.equal(await owner.page.locator('#pinrelay-refused').count(), 0);
    assert.equal(await verdictOf(id), 'rejected');
  });

  test('nobody sends or discards anything without the nonce of the page', async () => {
    const id = await refused();
    const [{ event_id: event }] = (await world.outbox()).filter((one) => Number(one.order_id) === id);
    const form = { action: 'pinrelay_refused', again: event };
    const forged = await owner.page.request.post('/wp-admin/admin-post.php', { form });
    assert.equal(forged.status(), 403);
    const stranger = await world.shopper();
    await stranger.page.request.post('/wp-admin/admin-post.php', { form });
    await stranger.close();
    await world.tick();
    assert.equal(await verdictOf(id), 'rejected');
  });
});
