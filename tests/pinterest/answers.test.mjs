// The table of answers: which request draws which status, code and text.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { openApiCheck, openApiFile } from '../support/pinterest/schema.mjs';
import { NOW, checkout, manyCheckouts, post, postEvents, standinForFile } from './helpers.mjs';

const standin = await standinForFile();
const openApi = openApiFile();

beforeEach(() => {
  standin.misbehave({ mode: 'ok' });
  standin.reset();
});

const DAY = 24 * 3600;

function statuses(answer) {
  return (answer.body.events ?? answer.body.details.events).map((entry) => entry.status);
}

test('good events are processed and answered one by one, in request order', async () => {
  const answer = await postEvents(standin, manyCheckouts(3));
  assert.equal(answer.status, 200);
  assert.equal(answer.body.num_events_received, 3);
  assert.equal(answer.body.num_events_processed, 3);
  assert.deepEqual(statuses(answer), ['processed', 'processed', 'processed']);
  assert.deepEqual(
    standin.records().server.map((record) => [record.event_id, record.account, record.test]),
    ['order-0', 'order-1', 'order-2'].map((id) => [id, standin.account, false]),
  );
});

test('a warning names what is missing and is no failure', async () => {
  const { external_id: _, click_id: __, ...user_data } = checkout().user_data;
  const answer = await postEvents(standin, [checkout(), checkout({ user_data })]);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.events[0].warning_message, '');
  assert.match(answer.body.events[1].warning_message, /external_id.*click_id/);
  assert.deepEqual(statuses(answer), ['processed', 'processed']);
});

test('LDP without state and country is warned about', async () => {
  const answer = await postEvents(standin, [checkout({ custom_data: { opt_out_type: 'LDP' } })]);
  assert.match(answer.body.events[0].warning_message, /LDP/);
});

test('a missing or wrong token is 401 with code 2', async () => {
  for (const authorization of ['', 'Bearer other', 'pina_standin', 'bearer pina_standin']) {
    const answer = await postEvents(standin, [checkout()], { headers: { authorization } });
    assert.equal(answer.status, 401, authorization);
    assert.equal(answer.body.code, 2);
  }
  assert.deepEqual(standin.records().server, []);
});

test("someone else's account is 403 with code 29, an unknown one 404, a malformed one 400", async () => {
  const asked = [];
  for (const account of ['549755800000', '1', '12ab', '1'.repeat(19)]) {
    const { status, body } = await postEvents(standin, [checkout()], { account });
    asked.push([status, body.code]);
  }
  assert.deepEqual(asked, [
    [403, 29],
    [404, 2],
    [400, 4196],
    [400, 4196],
  ]);
});

test('an unexpected key fails the whole request with 400, code 4196, and is named', async () => {
  const bad = checkout({ custom_data: { category_name: 'Cups' } });
  const answer = await postEvents(standin, [checkout(), bad]);
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.body, {
    code: 4196,
    message: "Invalid request: Additional properties are not allowed ('category_name' was unexpected)",
  });
  assert.deepEqual(standin.records().server, []);
  assert.equal(
    standin.records().requests[0].error,
    "data[1].custom_data: Additional properties are not allowed ('category_name' was unexpected)",
  );
});

test('a body that is no JSON, no UTF-8, or of another type is 400', async () => {
  const notUtf8 = Uint8Array.from([0x22, 0xff, 0x22]);
  assert.equal((await post(standin, '{"data":')).status, 400);
  assert.equal((await post(standin, notUtf8)).status, 400);
  const form = await postEvents(standin, [checkout()], { headers: { 'content-type': 'text/plain' } });
  assert.equal(form.status, 400);
  assert.match(form.body.message, /Content-Type/);
});

test('no event or more than a thousand is 400; a thousand pass', async () => {
  assert.equal((await postEvents(standin, [])).status, 400);
  assert.equal((await postEvents(standin, manyCheckouts(1001))).status, 400);
  assert.equal((await postEvents(standin, manyCheckouts(1000))).body.num_events_processed, 1000);
});

test('a body beyond the limit is 413 and the connection goes on serving', async () => {
  const small = await standinForFile({ maxBytes: 2000 });
  assert.equal((await postEvents(small, manyCheckouts(20))).status, 413);
  assert.equal((await postEvents(small, [checkout()])).status, 200);
  assert.deepEqual(
    small.records().requests.map((request) => request.bytes === null),
    [true, false],
  );
});

test('an event older than seven days fails with 422 and the text about the past', async () => {
  const answer = await postEvents(standin, [
    checkout({ event_id: 'old', event_time: NOW - 7 * DAY - 1 }),
    checkout({ event_id: 'just in time', event_time: NOW - 7 * DAY }),
  ]);
  assert.equal(answer.status, 422);
  assert.equal(answer.body.code, 953);
  assert.equal(answer.body.details.num_events_received, 2);
  assert.equal(answer.body.details.num_events_processed, 1);
  assert.deepEqual(statuses(answer), ['failed', 'processed']);
  assert.match(
    answer.body.details.events[0].error_message,
    /^Invalid event_timestamp parameter\. Given timestamp is in the past/,
  );
  assert.deepEqual(
    standin.records().server.map((record) => record.event_id),
    ['just in time'],
  );
});

test('an event from the future fails, and so do milliseconds', async () => {
  for (const event_time of [NOW + 1, NOW * 1000]) {
    const answer = await postEvents(standin, [checkout({ event_time })]);
    assert.equal(answer.status, 422);
    assert.match(answer.body.details.events[0].error_message, /in the future/);
  }
});

test('a name the API does not know fails, the name of the tag among them', async () => {
  for (const event_name of ['purchase', 'pagevisit', 'Checkout']) {
    const answer = await postEvents(standin, [checkout({ event_name })]);
    assert.equal(answer.status, 422, event_name);
    assert.match(answer.body.details.events[0].error_message, /Invalid event_name/);
  }
});

test('an address that is none fails', async () => {
  for (const client_ip_address of ['0.0.0.0', '::', '203.0.113.9, 198.51.100.1', 'localhost']) {
    const user_data = { ...checkout().user_data, client_ip_address };
    assert.equal((await postEvents(standin, [checkout({ user_data })])).status, 422, client_ip_address);
  }
  const user_data = { ...checkout().user_data, client_ip_address: '2001:db8::7' };
  assert.equal((await postEvents(standin, [checkout({ user_data })])).status, 200);
});

test('test=true processes the first twenty only, and what it takes counts as no conversion', async () => {
  const answer = await postEvents(standin, manyCheckouts(22), { query: '?test=true' });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.num_events_received, 22);
  assert.equal(answer.body.num_events_processed, 20);
  assert.deepEqual(statuses(answer).slice(19), ['processed', 'failed', 'failed']);
  const { server, pairs } = standin.records();
  assert.equal(server.length, 20);
  assert.ok(server.every((record) => record.test));
  assert.deepEqual(pairs, []);
});

test('only test is understood in the query, and only as true or false', async () => {
  for (const query of ['?is_test=true', '?test=1', '?test=', '?test=true&test=true']) {
    assert.equal((await postEvents(standin, [checkout()], { query })).status, 400, query);
  }
  assert.equal((await postEvents(standin, [checkout()], { query: '?test=false' })).status, 200);
  assert.deepEqual(
    standin.records().server.map((record) => record.test),
    [false],
  );
});

test('every answer carries the rate-limit headers, the first of them no plain integer', async () => {
  const { headers } = await postEvents(standin, [checkout()]);
  assert.match(headers.get('x-ratelimit-limit'), /^120000, 120000;w=60;name="/);
  assert.match(headers.get('x-ratelimit-remaining'), /^\d+$/);
  assert.match(headers.get('x-ratelimit-reset'), /^\d+$/);
});

test('another method is 405 and another path 404', async () => {
  const events = `${standin.apiBase}/ad_accounts/${standin.account}/events`;
  assert.equal((await fetch(events)).status, 405);
  assert.equal((await fetch(`${standin.apiBase}/user_account`)).status, 404);
});

test(
  "the answers have the shapes of Pinterest's own description",
  { skip: openApi === null && 'not run: the OpenAPI description does not lie beside the checkout' },
  async () => {
    const shapes = { ok: 'ConversionApiResponse', partly: 'DetailedError', error: 'Error' };
    const check = (shape, answer) => assert.deepEqual(openApiCheck(openApi, shapes[shape])(answer.body), []);
    check('ok', await postEvents(standin, [checkout()]));
    check('partly', await postEvents(standin, [checkout({ event_time: 1 })]));
    check('error', await postEvents(standin, []));
    for (const mode of ['429', '500', '503', 'unauthorized', 'forbidden']) {
      standin.misbehave({ mode, times: 1 });
      check('error', await postEvents(standin, [checkout()]));
    }
  },
);
