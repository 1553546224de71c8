// The stand-in, the validator and the test runner as commands: what they print and how they exit.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { checkout, postEvents } from './helpers.mjs';

const support = (name) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'pinrelay-standin-'));
after(() => rmSync(place, { recursive: true }));

function directory(name, files) {
  const path = join(place, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

function node(script, ...args) {
  // Without NODE_TEST_CONTEXT the runner under test would report to the one that runs this file.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [support(script), ...args], { encoding: 'utf8', env });
  return { status, lines: stdout.trimEnd().split('\n') };
}

test('the server says where it listens, logs each record as a line, and ends on a signal', async () => {
  const log = join(place, 'records.ndjson');
  const server = spawn(process.execPath, [
    support('pinterest/server.mjs'),
    ...['--port', '0', '--token', 'pina_other', '--account', '42', '--log', log],
  ]);
  const [line] = await once(createInterface(server.stdout), 'line');
  const url = line.match(/^listening (http:\/\/127\.0\.0\.1:\d+)$/)[1];
  const event = checkout({ event_time: Math.floor(Date.now() / 1000) });
  const answer = await postEvents({ apiBase: `${url}/v5`, token: 'pina_other', account: '42' }, [event]);
  assert.equal(answer.status, 200);
  const records = await (await fetch(`${url}/api/records`)).json();
  assert.deepEqual(Object.keys(records), ['server', 'browser', 'requests', 'pairs']);
  assert.deepEqual(records.server[0].event, event);
  await fetch(`${url}/api/reset`, { method: 'POST' });
  assert.deepEqual((await (await fetch(`${url}/api/records`)).json()).server, []);
  server.kill('SIGTERM');
  const [code] = await once(server, 'exit');
  assert.equal(code, 0);
  const logged = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  assert.deepEqual(
    logged.map((record) => record.kind),
    ['server', 'requests'],
  );
});

test('the server refuses arguments it does not know', () => {
  assert.equal(node('pinterest/server.mjs', '--prot', '1').status, 2);
  assert.equal(node('pinterest/server.mjs', '--port', 'many').status, 2);
  assert.equal(node('pinterest/server.mjs', '--account', 'acme').status, 2);
});

test('the validator passes good bodies of any age, in subdirectories too', () => {
  const path = directory('good', { 'a.json': { data: [checkout({ event_time: 1_600_000_000 })] }, 'notes.txt': '' });
  mkdirSync(join(path, 'more'));
  writeFileSync(join(path, 'more', 'b.json'), JSON.stringify({ data: [checkout()] }));
  const { status, lines } = node('pinterest/validate.mjs', path);
  assert.equal(lines.at(-1), '2 passed, 0 failed');
  assert.equal(status, 0);
});

test('the validator names file and path of each fault, rules beyond the schema included', () => {
  const path = directory('bad', {
    'a.json': { data: [checkout({ language: 'english' })] },
    'b.json': { data: [checkout({ event_name: 'purchase' })] },
    'c.json': '{"data":',
    'd.json': { data: [checkout({ event_time: 1_795_000_000_000 })] },
  });
  const { status, lines } = node('pinterest/validate.mjs', path);
  assert.equal(lines.at(-1), '0 passed, 4 failed');
  assert.equal(status, 1);
  assert.ok(lines.some((line) => line.startsWith(`${join(path, 'a.json')}: data[0].language: 'english'`)));
  assert.ok(lines.some((line) => line.startsWith(`${join(path, 'b.json')}: data[0]: Invalid event_name`)));
  assert.ok(lines.some((line) => line.startsWith(`${join(path, 'd.json')}: data[0]: Invalid event_timestamp`)));
});

test('to the validator a directory without bodies is a failure, unless that was expected', () => {
  const path = directory('empty', {});
  assert.deepEqual(node('pinterest/validate.mjs', path).status, 1);
  assert.equal(node('pinterest/validate.mjs', join(place, 'missing')).lines.at(-1), '0 passed, 1 failed');
  assert.deepEqual(node('pinterest/validate.mjs', '--allow-empty', path).status, 0);
  assert.deepEqual(node('pinterest/validate.mjs').status, 2);
});

const imports = "import { test } from 'node:test'; import assert from 'node:assert/strict';\n";

test('the runner counts tests and names what was not run', () => {
  const path = directory('run', {
    'a.test.mjs': `${imports}test('one', () => {});\ntest('two', { skip: 'not run: no browser' }, () => {});`,
    'helper.mjs': 'throw new Error("not a test");',
  });
  const { status, lines } = node('run-node-tests.mjs', path);
  assert.equal(lines.at(-1), '1 passed, 0 failed, 1 skipped');
  assert.ok(lines.includes('  two: not run: no browser'));
  assert.equal(status, 0);
});

test('the runner fails for a failed test, a file that cannot run, and a file without tests', () => {
  const path = directory('run-bad', {
    'a.test.mjs': `${imports}test('one', () => {});\ntest('two', () => assert.equal(1, 2));`,
    'b.test.mjs': 'this is no script',
    'c.test.mjs': '',
  });
  const { status, lines } = node('run-node-tests.mjs', path);
  assert.equal(lines.at(-1), '1 passed, 3 failed, 0 skipped');
  assert.ok(lines.includes('  FAILED two'));
  assert.equal(status, 1);
});

test('the runner fails where there is nothing to run', () => {
  assert.equal(node('run-node-tests.mjs', directory('run-none', {})).status, 1);
  assert.equal(node('run-node-tests.mjs', join(place, 'nowhere')).status, 2);
});
