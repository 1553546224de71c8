// What the stand-in keeps, under load and while someone waits for it.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { checkout, manyCheckouts, postEvents, standinForFile } from './helpers.mjs';

const standin = await standinForFile();

beforeEach(() => standin.reset());

test('many requests at once are each answered and recorded once', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => `order-${index}`);
  const answers = await Promise.all(ids.map((event_id) => postEvents(standin, [checkout({ event_id })])));
  assert.ok(answers.every((answer) => answer.status === 200));
  const { server, requests } = standin.records();
  assert.deepEqual(server.map((record) => record.event_id).sort(), [...ids].sort());
  assert.equal(requests.length, 100);
});

test('waiting ends with the first records that fit', async () => {
  const waiting = standin.until(({ pairs }) => pairs.length === 3);
  await postEvents(standin, manyCheckouts(3));
  assert.deepEqual(
    (await waiting).pairs.map((pair) => pair.server),
    [true, true, true],
  );
});

test('waiting in vain says what was seen instead', async () => {
  await postEvents(standin, [checkout({ event_id: 'the only one' })]);
  await assert.rejects(
    standin.until(({ server }) => server.length === 2, 20),
    /the only one/,
  );
});

test('records taken once do not change when more come', async () => {
  const before = standin.records();
  await postEvents(standin, [checkout()]);
  assert.deepEqual([before.server.length, before.pairs.length], [0, 0]);
  assert.equal(standin.records().server.length, 1);
});
