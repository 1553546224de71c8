// Runs the node:test files under the given directories, one file after the other, and closes with one plain line:
// `N passed, N failed, N skipped`. A test skipped as 'not run: <reason>' is printed by name, so that a machine that
// lacks something never looks like one where everything passed.
//
//   node run-node-tests.mjs DIR...      exit 0 all passed, 1 something failed or nothing was found, 2 bad arguments
//
// PINRELAY_TEST_MINUTES is how long a file may take before it counts as hung.

import { readdirSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';

// A hung test must not hang the whole run; no test comes near this, but for the long rounds.
const GUARD_MS = Number(process.env.PINRELAY_TEST_MINUTES ?? 15) * 60_000;

function testFilesIn(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = resolve(directory, entry.name);
      if (entry.isDirectory()) return testFilesIn(path);
      return entry.name.endsWith('.test.mjs') ? [path] : [];
    });
}

function reasonOf(error) {
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause).replace(/^/gm, '    ');
}

function write(line) {
  process.stdout.write(`${line}\n`);
}

const directories = process.argv.slice(2);
if (
  directories.length === 0 ||
  directories.some((directory) => !statSync(directory, { throwIfNoEntry: false })?.isDirectory())
) {
  process.stderr.write('usage: node run-node-tests.mjs DIR...   (directories that exist)\n');
  process.exit(2);
}
const files = directories.flatMap((directory) => testFilesIn(resolve(directory)));

const counts = { passed: 0, failed: 0, skipped: 0 };

function passed(data) {
  if (data.skip !== undefined && data.skip !== false) {
    counts.skipped += 1;
    const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'not run: no reason given';
    write(`  ${data.name}: ${reason}`);
  } else {
    counts.passed += 1;
  }
}

function failed(name, error) {
  counts.failed += 1;
  write(`  FAILED ${name}\n${reasonOf(error)}`);
}

/** How many tests the file had, skipped ones included. */
function total() {
  return counts.passed + counts.failed + counts.skipped;
}

async function runFile(file) {
  const before = { total: total(), failed: counts.failed };
  // Suites, tests with subtests, and the wrapper node makes of the file only repeat what the tests inside said. One
  // that fails without a failed test inside is a hook or a file that could not be run.
  const repeats = (data) => data.details?.type === 'suite' || resolve(data.name) === file;
  for await (const { type, data } of run({ files: [file], concurrency: 1, timeout: GUARD_MS })) {
    if (type === 'test:pass' && !repeats(data)) passed(data);
    if (type === 'test:fail') {
      const error = data.details?.error;
      const echo = repeats(data) || error?.failureType === 'subtestsFailed';
      if (!echo || counts.failed === before.failed) failed(data.name, error);
    }
    if (type === 'test:stderr') process.stderr.write(data.message);
  }
  if (total() === before.total) failed(relative(process.cwd(), file), 'registers no test');
}

for (const file of files) {
  write(relative(process.cwd(), file));
  await runFile(file);
}

if (files.length === 0) write(`no *.test.mjs under ${directories.join(', ')}`);
write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || files.length === 0 ? 1 : 0;
