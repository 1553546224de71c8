// The bad days of Pinterest, each as a sender sees it, and what was taken in all the same.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { startStandin } from '../support/pinterest/index.mjs';
import { checkout, manyCheckouts, postEvents, standinForFile } from './helpers.mjs';

const standin = await standinForFile();

beforeEach(() => {
  standin.misbehave({ mode: 'ok' });
  standin.reset();
});

const takenIds = () => standin.records().server.map((record) => record.event_id);
const send = () => postEvents(standin, manyCheckouts(3));

test('429 carries code 8, the seconds until reset, and Retry-After when wanted', async () => {
  standin.misbehave({ mode: '429', reset: 7, times: 1 });
  const plain = await send();
  assert.equal(plain.status, 429);
  assert.equal(plain.body.code, 8);
  assert.equal(plain.headers.get('x-ratelimit-remaining'), '0');
  assert.equal(plain.headers.get('x-ratelimit-reset'), '7');
  assert.equal(plain.headers.get('retry-after'), null);
  standin.misbehave({ mode: '429', retry_after: 3 });
  assert.equal((await send()).headers.get('retry-after'), '3');
  assert.deepEqual(takenIds(), []);
});

test('500, 503 and refusals of the token are answered before any event is looked at', async () => {
  const seen = [];
  for (const mode of ['500', '503', 'unauthorized', 'forbidden']) {
    standin.misbehave({ mode });
    const { status, body } = await send();
    seen.push([status, body.code]);
  }
  assert.deepEqual(seen, [
    [500, 0],
    [503, 4197],
    [401, 2],
    [403, 29],
  ]);
  assert.deepEqual(takenIds(), []);
  assert.deepEqual(
    standin.records().requests.map((request) => request.events),
    [3, 3, 3, 3],
  );
});

test('a page answers in place of JSON, with any status', async () => {
  standin.misbehave({ mode: 'html', status: 403 });
  const answer = await send();
  assert.equal(answer.status, 403);
  assert.match(answer.headers.get('content-type'), /^text\/html/);
  assert.equal(answer.body, undefined);
  assert.match(answer.text, /<html>/);
});

test('partial fails the named events with 422, or inside a 200, and takes the others', async () => {
  for (const status of [422, 200]) {
    standin.reset();
    standin.misbehave({ mode: 'partial', ids: ['order-1'], ...(status === 200 && { status }) });
    const answer = await send();
    assert.equal(answer.status, status);
    const { events, num_events_processed: processed } = answer.body.details ?? answer.body;
    assert.equal(processed, 2);
    assert.deepEqual(
      events.map((entry) => entry.status),
      ['processed', 'failed', 'processed'],
    );
    assert.deepEqual(takenIds(), ['order-0', 'order-2']);
  }
});

test('drop takes the events and breaks off in the middle of the answer', async () => {
  standin.misbehave({ mode: 'drop', times: 1 });
  await assert.rejects(send());
  assert.equal(takenIds().length, 3);
  assert.equal((await send()).status, 200);
});

test('garbage takes the events and answers 200 without JSON', async () => {
  standin.misbehave({ mode: 'garbage' });
  const answer = await send();
  assert.equal(answer.status, 200);
  assert.equal(answer.body, undefined);
  assert.equal(takenIds().length, 3);
});

test('short takes the events and answers one entry too few', async () => {
  standin.misbehave({ mode: 'short' });
  const answer = await send();
  assert.equal(answer.body.num_events_received, 3);
  assert.equal(answer.body.events.length, 2);
  assert.equal(takenIds().length, 3);
});

test('hang never answers, takes nothing, and leaves other requests alone', async () => {
  standin.misbehave({ mode: 'hang', times: 1 });
  let settled = false;
  const leave = new AbortController();
  const hung = fetch(`${standin.apiBase}/ad_accounts/${standin.account}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${standin.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data: [checkout()] }),
    signal: leave.signal,
  }).finally(() => (settled = true));
  hung.catch(() => {});
  await standin.until(({ requests }) => requests.some((request) => request.error === 'told to hang'));
  assert.equal((await send()).status, 200);
  assert.equal(settled, false);
  assert.deepEqual(takenIds(), ['order-0', 'order-1', 'order-2']);
  leave.abort();
  await assert.rejects(hung);
});

test('a stand-in that is stopped lets go of hung requests', async () => {
  const other = await startStandin();
  other.misbehave({ mode: 'hang' });
  const hung = assert.rejects(postEvents(other, [checkout()]));
  await other.until(({ requests }) => requests.length === 1);
  await other.stop();
  await hung;
});

test('latency answers as it should, only later', async () => {
  standin.misbehave({ mode: 'latency', ms: 60 });
  const started = performance.now();
  assert.equal((await send()).status, 200);
  // A timer may fire a millisecond early.
  assert.ok(performance.now() - started >= 59);
});

test('a misbehaviour for so many times ends by itself', async () => {
  standin.misbehave({ mode: '503', times: 2 });
  const seen = [];
  for (let call = 0; call < 4; call += 1) seen.push((await send()).status);
  assert.deepEqual(seen, [503, 503, 200, 200]);
});

test('a setting that is not understood is refused, every fault of it named', async () => {
  assert.throws(() => standin.misbehave({ mode: 'slow' }), /mode: must be one of ok, latency/);
  assert.throws(() => standin.misbehave({ mode: 'partial' }), /ids: missing/);
  assert.throws(
    () => standin.misbehave({ mode: '500', ms: -1, times: 0, ids: [] }),
    /ms: must be .*; times: must be .*; ids: unknown to mode 500/,
  );
  const response = await fetch(`${standin.url}/api/misbehave`, { method: 'POST', body: '{"mode":"slow"}' });
  assert.equal(response.status, 400);
  assert.equal((await send()).status, 200);
});

test('it can be told over HTTP as well', async () => {
  const body = JSON.stringify({ mode: '503', times: 1 });
  const response = await fetch(`${standin.url}/api/misbehave`, { method: 'POST', body });
  assert.equal(response.status, 200);
  assert.equal((await send()).status, 503);
});
