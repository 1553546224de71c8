// Runs the node:test files under the given directories and closes with one plain line: `N passed, N failed, N skipped`.
// What the files say comes in their order, however many of them run at once. A test skipped as 'not run: <reason>' is
// printed by name, so that a machine that lacks something never looks like one where everything passed.
//
//   node run-node-tests.mjs DIR...      exit 0 all passed, 1 something failed or nothing was found, 2 bad arguments
//
// PINRELAY_TEST_FILES is how many files run at once (1), PINRELAY_TEST_MINUTES how long one may take before it counts
// as hung.

import { readdirSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';

// A hung test must not hang the whole run; no test comes near this, but for the long rounds.
const GUARD_MS = Number(process.env.PINRELAY_TEST_MINUTES ?? 15) * 60_000;

const AT_ONCE = Number(process.env.PINRELAY_TEST_FILES ?? 1);

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

const directories = process.argv.slice(2);
if (
  directories.length === 0 ||
  directories.some((directory) => !statSync(directory, { throwIfNoEntry: false })?.isDirectory())
) {
  process.stderr.write('usage: node run-node-tests.mjs DIR...   (directories that exist)\n');
  process.exit(2);
}
const files = directories.flatMap((directory) => testFilesIn(resolve(directory)));

/** What a file says: written at once when it is its turn, kept until then otherwise. */
class Report {
  counts = { passed: 0, failed: 0, skipped: 0 };
  isDone = false;
  #kept = [];
  #open = false;

  open() {
    this.#open = true;
    this.#kept.splice(0).forEach((write) => write());
  }

  say(line) {
    this.#put(() => process.stdout.write(`${line}\n`));
  }

  warn(text) {
    this.#put(() => process.stderr.write(text));
  }

  passed(data) {
    if (data.skip !== undefined && data.skip !== false) {
      this.counts.skipped += 1;
      const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'not run: no reason given';
      this.say(`  ${data.name}: ${reason}`);
    } else {
      this.counts.passed += 1;
    }
  }

  failed(name, error) {
    this.counts.failed += 1;
    this.say(`  FAILED ${name}\n${reasonOf(error)}`);
  }

  /** How many tests the file had, skipped ones included. */
  get total() {
    return this.counts.passed + this.counts.failed + this.counts.skipped;
  }

  #put(write) {
    if (this.#open) {
      write();
    } else {
      this.#kept.push(write);
    }
  }
}

async function runFile(file, report) {
  const began = Date.now();
  report.say(relative(process.cwd(), file));
  // Suites, tests with subtests, and the wrapper node makes of the file only repeat what the tests inside said. One
  // that fails without a failed test inside is a hook or a file that could not be run.
  const repeats = (data) => data.details?.type === 'suite' || resolve(data.name) === file;
  for await (const { type, data } of run({ files: [file], concurrency: 1, timeout: GUARD_MS })) {
    if (type === 'test:pass' && !repeats(data)) report.passed(data);
    if (type === 'test:fail') {
      const error = data.details?.error;
      const echo = repeats(data) || error?.failureType === 'subtestsFailed';
      if (!echo || report.counts.failed === 0) report.failed(data.name, error);
    }
    if (type === 'test:stderr') report.warn(data.message);
  }
  if (report.total === 0) report.failed(relative(process.cwd(), file), 'registers no test');
  report.say(`  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

const reports = files.map(() => new Report());
const queue = reports.entries();
let turn = 0;
reports[turn]?.open();

async function work() {
  for (const [at, report] of queue) {
    await runFile(files[at], report);
    report.isDone = true;
    while (reports[turn]?.isDone) reports[(turn += 1)]?.open();
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));

const sum = (count) => reports.reduce((all, { counts }) => all + counts[count], 0);
if (files.length === 0) process.stdout.write(`no *.test.mjs under ${directories.join(', ')}\n`);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`);
process.exitCode = sum('failed') > 0 || files.length === 0 ? 1 : 0;
