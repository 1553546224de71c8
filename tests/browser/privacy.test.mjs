// What a shopper types into a checkout is nowhere in plain: not in the spool, not
// in a log, not in a page that anybody may cache, not in what the tag sends.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { PERSON } from '../support/browser/shopper.mjs';
import { openWorld } from './world.mjs';

/** Each as it was typed, and as a program would write it. */
const SECRETS = [
  PERSON.email,
  PERSON.firstName,
  PERSON.lastName,
  PERSON.phone,
  '7719462',
  PERSON.address,
  'Kolberger',
  PERSON.city,
  PERSON.postcode,
].map((text) => text.toLowerCase());

const found = (text) => {
  const lower = text.toLowerCase();
  return SECRETS.filter((secret) => [secret, encodeURIComponent(secret)].some((form) => lower.includes(form)));
};

function filesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

describe('privacy', () => {
  let world;
  let shopper;

  before(async () => {
    // Pinterest refuses the first calls, so that segments, dead letters, states and logs all hold something.
    world = await openWorld({ theme: 'classic' });
    world.standin.misbehave({ mode: '500', times: 2 });
    shopper = await world.shopper();
    await shopper.addByForm('/product/blue-mug/');
    await shopper.checkoutClassic();
    // The page asks for its half of the purchase; one that is left before has none.
    await world.matched('checkout');
    await shopper.open('/product/blue-mug/');
    await shopper.open('/shop/');
    // One more that is refused for good, with Pinterest's words in the dead letter.
    world.standin.misbehave({ mode: 'unauthorized' });
    const another = await world.shopper();
    await another.addByForm('/product/blue-mug/');
    await another.checkoutClassic();
    await world.seen(({ requests }) => requests.some((request) => request.status === 401));
    await another.close();
  });
  after(() => world.close());

  test('no file of the spool holds them', () => {
    const files = filesBelow(world.shop.paths.spool);
    assert.ok(files.some((file) => file.includes('/seg/')), `an order waits in the spool: ${files.join(' ')}`);
    for (const file of files) {
      assert.deepEqual(found(readFileSync(file, 'latin1')), [], file);
    }
  });

  test('no log holds them, nor the access token', () => {
    const { run, content } = world.shop.paths;
    const uploads = path.join(content, 'uploads');
    const logs = [...filesBelow(run), ...filesBelow(uploads)].filter((file) => file.endsWith('.log'));
    assert.ok(logs.length > 0);
    for (const file of logs) {
      const text = readFileSync(file, 'utf8');
      assert.deepEqual(found(text), [], file);
      assert.ok(!text.includes(world.standin.token), file);
    }
  });

  test('the outbox does not hold them', async () => {
    assert.deepEqual(found(JSON.stringify(await world.outbox())), []);
  });

  test('no page that a cache may keep holds them, an id or a nonce of ours', async () => {
    const { pairs } = world.standin.records();
    const ids = pairs.map((pair) => pair.event_id).filter(Boolean);
    const cacheable = (await shopper.sources()).filter(({ url }) => /\/(product\/|shop\/)/.test(url));
    assert.ok(cacheable.length >= 2);
    for (const { url, text } of cacheable) {
      assert.deepEqual(found(text), [], url);
      assert.deepEqual(ids.filter((id) => text.includes(id)), [], url);
    }
  });

  test('the pages do not differ from visitor to visitor in what we print', async () => {
    const ours = (text) => [...text.matchAll(/<script\b[^>]*pinrelay[^>]*>[\s\S]*?<\/script>/gi)].map(([whole]) => whole);
    const stranger = await world.shopper();
    await stranger.open('/shop/');
    await shopper.open('/shop/');
    const [his, hers] = await Promise.all([stranger, shopper].map(async (who) => ours((await who.sources()).at(-1).text)));
    assert.ok(his.length > 0);
    assert.deepEqual(his, hers);
    await stranger.close();
  });

  test('no script of ours holds them on any page, the order-received page included', async () => {
    for (const { url, text } of await shopper.sources()) {
      const ours = [...text.matchAll(/<script\b[^>]*>[\s\S]*?<\/script>/gi)]
        .map(([whole]) => whole)
        .filter((whole) => /pinrelay|pintrk/.test(whole));
      assert.deepEqual(found(ours.join('\n')), [], url);
    }
  });

  test('neither half of any event holds them, and no page holds the access token', async () => {
    const { server, browser } = world.standin.records();
    for (const record of [...server, ...browser]) {
      assert.deepEqual(found(JSON.stringify(record)), []);
    }
    for (const { url, text } of await shopper.sources()) {
      assert.ok(!text.includes(world.standin.token), url);
    }
  });
});
