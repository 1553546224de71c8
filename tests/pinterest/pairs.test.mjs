// When two halves are one conversion, and why two that look alike are not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pairsOf } from '../support/pinterest/pairs.mjs';
import { recordsOf } from '../support/pinterest/tag-record.mjs';
import { NOW, checkout } from './helpers.mjs';

const AT = NOW * 1000;
const HOUR = 3600 * 1000;

function server(event = {}, changes = {}) {
  const whole = checkout(event);
  const { event_name, event_id } = whole;
  return { received_at_ms: AT, event_name, event_id, account: '1', test: false, event: whole, ...changes };
}

function browser(name, data, changes = {}) {
  const call = { command: 'track', name, data, partner: {}, tag_id: '2613', ok: true };
  return { ...recordsOf({ calls: [call] }, AT - 40)[0], ...changes };
}

const one = (records) => {
  const pairs = pairsOf({ server: [], browser: [], ...records });
  assert.equal(pairs.length, 1);
  return pairs[0];
};

test('halves with the same id and the same event match, whatever the tag calls it', () => {
  for (const name of ['checkout', 'Checkout', ' CHECKOUT ']) {
    const pair = one({ server: [server()], browser: [browser(name, { event_id: 'order-1001' })] });
    assert.deepEqual(pair, {
      event_name: 'checkout',
      event_id: 'order-1001',
      browser: true,
      server: true,
      matched: true,
      note: null,
      browser_count: 1,
      server_count: 1,
      first_browser_ms: AT - 40,
      first_server_ms: AT,
    });
  }
  const cart = server({ event_name: 'add_to_cart', event_id: 'a' });
  assert.ok(one({ server: [cart], browser: [browser('addtocart', { event_id: 'a' })] }).matched);
});

test('all three spellings of the id on the tag count', () => {
  for (const key of ['event_id', 'eventID', 'eid']) {
    assert.ok(one({ server: [server()], browser: [browser('checkout', { [key]: 'order-1001' })] }).matched, key);
  }
});

test('the same id under another name is another event', () => {
  const pairs = pairsOf({ server: [server()], browser: [browser('lead', { event_id: 'order-1001' })] });
  assert.deepEqual(
    pairs.map((pair) => [pair.event_name, pair.matched]),
    [
      ['lead', false],
      ['checkout', false],
    ],
  );
});

test('a half that came twice is one row with a count and its first time', () => {
  const later = browser('checkout', { event_id: 'order-1001' }, { received_at_ms: AT + 5 });
  const pair = one({ server: [server(), server()], browser: [browser('checkout', { event_id: 'order-1001' }), later] });
  assert.deepEqual([pair.browser_count, pair.server_count, pair.first_browser_ms], [2, 2, AT - 40]);
});

test('one half alone does not match', () => {
  assert.deepEqual([one({ server: [server()] }).browser, one({ server: [server()] }).matched], [false, false]);
  const tag = [browser('checkout', { event_id: 'order-1001' })];
  assert.deepEqual([one({ browser: tag }).server, one({ browser: tag }).matched], [false, false]);
});

test('tag events without an id, and calls that sent nothing, match nothing', () => {
  assert.equal(one({ browser: [browser('checkout', {})] }).event_id, null);
  const unsent = browser('checkout', { event_id: 'order-1001' }, { ok: false });
  assert.deepEqual(pairsOf({ server: [], browser: [unsent] }), []);
});

test('offline events, and events an hour late, are not deduplicated', () => {
  const tag = [browser('checkout', { event_id: 'order-1001' })];
  const offline = one({ server: [server({ action_source: 'offline' })], browser: tag });
  assert.deepEqual([offline.matched, offline.note], [false, 'offline events are not deduplicated']);
  const inTime = one({ server: [server({}, { received_at_ms: AT + HOUR })], browser: tag });
  assert.equal(inTime.matched, true);
  const late = one({ server: [server({}, { received_at_ms: AT + HOUR + 1 })], browser: tag });
  assert.equal(late.matched, false);
  assert.match(late.note, /hour/);
});

test('halves more than 48 hours apart are two', () => {
  const tag = [browser('checkout', { event_id: 'order-1001' }, { received_at_ms: AT + 48 * HOUR + 1 })];
  assert.match(one({ server: [server()], browser: tag }).note, /48 hours/);
});

test('rows are in the order in which an event was first seen', () => {
  const second = browser('lead', { event_id: 'b' }, { received_at_ms: AT + 1 });
  const pairs = pairsOf({ server: [server()], browser: [second] });
  assert.deepEqual(
    pairs.map((pair) => pair.event_name),
    ['checkout', 'lead'],
  );
});
