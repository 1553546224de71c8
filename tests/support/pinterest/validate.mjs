// Validates request bodies that other tests wrote down: every *.json under the given directories, against the project's
// strict schema, the rules beside it, and Pinterest's OpenAPI description where it lies beside the checkout.
//
//   node validate.mjs [--allow-empty] [--openapi FILE] DIR...
//
// Prints each fault with its file and path and closes with `N passed, N failed` (files). A directory that is missing or
// holds no body fails unless --allow-empty: a test that wrote nothing must not look like one whose bodies are right.
// Age is not judged, since the bodies may have been written any time ago.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { faultLine } from './faults.mjs';
import { lastingFailure } from './rules.mjs';
import { bodyCheck, openApiFile } from './schema.mjs';

const USAGE = 'usage: node validate.mjs [--allow-empty] [--openapi FILE] DIR...';

function bodiesIn(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return bodiesIn(path);
      return entry.name.endsWith('.json') ? [path] : [];
    });
}

function faultsIn(file, check) {
  let body;
  try {
    body = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return [error.message];
  }
  const faults = check(body).map(faultLine);
  if (faults.length > 0) return faults;
  return body.data.flatMap((event, index) => {
    const reason = lastingFailure(event);
    return reason === null ? [] : [`data[${index}]: ${reason}`];
  });
}

function main(directories, { allowEmpty, openApi }) {
  const check = bodyCheck(openApi);
  process.stdout.write(
    openApi === null
      ? "not run: Pinterest's OpenAPI description, which does not lie beside the checkout; checked against the own schema\n"
      : `checked against the own schema and ${openApi}\n`,
  );
  const counts = { passed: 0, failed: 0 };
  const count = (name, faults) => {
    counts[faults.length === 0 ? 'passed' : 'failed'] += 1;
    for (const fault of faults) process.stdout.write(`${name}: ${fault}\n`);
  };
  for (const directory of directories) {
    const there = statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const bodies = there ? bodiesIn(directory) : [];
    if (bodies.length === 0 && !allowEmpty) count(directory, [there ? 'holds no *.json' : 'is no directory']);
    for (const file of bodies) count(file, faultsIn(file, check));
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}

let given;
try {
  const options = { 'allow-empty': { type: 'boolean' }, openapi: { type: 'string' } };
  given = parseArgs({ options, allowPositionals: true });
  if (given.positionals.length === 0) throw new Error('no directory given');
} catch (error) {
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exit(2);
}
process.exitCode = main(given.positionals, {
  allowEmpty: given.values['allow-empty'] ?? false,
  openApi: given.values.openapi ?? openApiFile(),
});
