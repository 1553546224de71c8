// The judge and the table see what is missing: else all rows would always match.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { judge } from './judge.mjs';
import { table } from './report.mjs';

const now = 1_800_000_000_000;
const byServer = (name, id, data = {}) => ({
  received_at_ms: now,
  event_name: name,
  event_id: id,
  test: false,
  event: { action_source: 'web', event_time: now / 1000, user_data: {}, custom_data: data },
});
const byTag = (name, id, data = {}) => ({
  received_at_ms: now,
  command: 'track',
  ok: true,
  api_name: name,
  event_id: id,
  data,
  partner: {},
});
const facts = ({ browser, server, same, once }) => [browser, server, same, once].join(' ');
const GONE = { server: 1, browser: 'gone' };

for (const [what, gives, server, browser, wanted, faults] of [
  ['both halves under one id', { lead: 1 }, ['a'], ['a'], 'yes yes yes yes', 0],
  ['no browser half', { lead: 1 }, ['a'], [], 'no yes no no', 1],
  ['no server half', { lead: 1 }, [], ['a'], 'yes no no no', 1],
  ['two ids', { lead: 1 }, ['a'], ['b'], 'yes yes no no', 1],
  ['a half told twice', { lead: 1 }, ['a', 'a'], ['a'], 'yes yes yes no', 1],
  ['one too many', { lead: 1 }, ['a', 'b'], ['a', 'b'], 'yes yes yes no', 1],
  ['a half that is not to be, and is not', { lead: GONE }, ['a'], [], 'none yes none yes', 0],
  ['a half that is not to be, and is', { lead: GONE }, ['a'], ['a'], 'none yes none no', 1],
  ['an event that nobody named', { signup: 1 }, ['a'], ['a'], 'no no no no', 2],
  ['nothing where nothing is to be', {}, [], [], 'none none none yes', 0],
  ['something where nothing is to be', {}, ['a'], [], 'none none none no', 1],
]) {
  test(`the judge tells: ${what}`, () => {
    const records = { server: server.map((id) => byServer('lead', id)), browser: browser.map((id) => byTag('lead', id)) };
    const verdict = judge(gives, records);
    assert.equal(facts(verdict), wanted);
    assert.equal(verdict.faults.length, faults, verdict.faults.join('\n'));
  });
}

test('visits on the way are no fault', () => {
  assert.deepEqual(judge({}, { server: [], browser: [byTag('page_visit', 'a')] }).faults, []);
});

test('halves that contradict each other, or what the flow says, are a fault', () => {
  const records = {
    server: [byServer('lead', 'a', { value: '5.00', content_ids: ['7'], num_items: 1 })],
    browser: [byTag('lead', 'a', { value: 5, line_items: [{ product_id: '7' }], order_quantity: 1 })],
  };
  assert.deepEqual(judge({ lead: 1 }, records, { lead: [{ ids: [7], units: 1, value: 5 }] }).faults, []);
  assert.match(judge({ lead: 1 }, records, { lead: [{ ids: [8], units: 1, value: 5 }] }).faults.join(), /instead of/);
  records.browser[0].data.value = 6;
  assert.match(judge({ lead: 1 }, records).faults.join(), /value is 6 by the browser and 5 by the server/);
});

describe('the table', () => {
  const row = (more) => ({ group: 'views', name: 'a page', browser: 'yes', server: 'yes', same: 'yes', once: 'yes', faults: [], ...more });
  const shops = [
    { label: 'block theme, block pages, SQLite', flows: [row(), row({ name: 'gone', browser: 'none', reasons: ['nobody'] })] },
    { label: 'classic theme, classic pages, MariaDB', flows: [{ group: 'views', name: 'a page', notRun: 'needs blocks' }, row({ name: 'gone', server: 'no', faults: ['lost'] })] },
  ];

  test('fits a line of 120 and gives each reason once', () => {
    const text = table(shops);
    assert.ok(text.split('\n').filter((line) => !line.startsWith('(')).every((line) => line.length <= 120), text);
    assert.match(text, /not run \(1\)/);
    assert.match(text, /^\(1\) needs blocks$/m);
    assert.match(text, /^\(\d\) none: nobody$/m);
    assert.match(text, /^\(\d\) NOT MATCHED: lost$/m);
    assert.match(text, /2 of 3 rows matched, 1 not run$/);
  });
});
