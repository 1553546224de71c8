// The report says what arrived, and says plainly what did not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reportOf, table } from './report.mjs';

const walked = [
  {
    event_name: 'add_to_cart',
    clicked_ms: 1000,
    pair: { event_id: 'a-1', browser: true, server: true, matched: true, first_server_ms: 1120.4 },
  },
  { event_name: 'checkout', clicked_ms: 2000, pair: { event_id: 'c-1', browser: true, server: false, matched: false } },
  { event_name: 'checkout', clicked_ms: 3000, pair: null },
];

test('each event is reported with both halves and its time to acknowledgement', () => {
  assert.deepEqual(reportOf('11.0.1', walked), {
    woocommerce: '11.0.1',
    events: [
      { event_name: 'add_to_cart', event_id: 'a-1', browser: true, server: true, matched: true, ack_ms: 120 },
      { event_name: 'checkout', event_id: 'c-1', browser: true, server: false, matched: false, ack_ms: -1 },
      { event_name: 'checkout', event_id: '', browser: false, server: false, matched: false, ack_ms: -1 },
    ],
  });
});

test('the table shows a missing half', () => {
  const lines = table(reportOf('stand-in', walked)).split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[1], /^add_to_cart\s+a-1\s+yes\s+yes\s+yes\s+120$/);
  assert.match(lines[2], /^checkout\s+c-1\s+yes\s+NO\s+NO\s+-$/);
});
