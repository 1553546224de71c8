// What came of the flows, as a file and as one table: flow x {browser half, server half, same id, counted once}.
// As a command: prints the table of the file, where there is one.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FILE = fileURLToPath(new URL('../../../target/flows.json', import.meta.url));
const NAME_WIDTH = 56;
const CELL_WIDTH = 30;
/** Of a fault; the file has all of it. */
const NOTE_LENGTH = 240;
/** Columns that fit a line of 120. */
const ABREAST = 2;

/** The words of a row's four facts, each in a column of its own. */
const FACTS = [['browser', 'browser'], ['server', 'server'], ['same', 'same id'], ['once', 'once']];
const cell = (words) => words.map((word, at) => word.padEnd(FACTS[at][1].length)).join(' ').padEnd(CELL_WIDTH);

/**
 * @param {string} label    of the shop
 * @param {object[]} walked walk()'s
 */
export function keep(label, walked) {
  const kept = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : [];
  const flows = walked.map(({ flow, notRun, error, verdict }) => ({
    group: flow.group,
    name: flow.name,
    ...(notRun ? { notRun } : { ...verdict, faults: error ? [error.message.split('\n')[0]] : verdict.faults }),
  }));
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify([...kept, { label, flows }], null, 1));
}

export const forget = () => rmSync(FILE, { force: true });

/** @param {Array<{label: string, flows: object[]}>} shops  each with the same flows in the same order */
export function table(shops) {
  const notes = [];
  const noteOf = (text) => {
    const known = notes.indexOf(text);
    return known < 0 ? notes.push(text) : known + 1;
  };
  const lines = [];
  for (let first = 0; first < shops.length; first += ABREAST) {
    lines.push(...columns(shops.slice(first, first + ABREAST), noteOf), '');
  }
  const flows = shops.flatMap((shop) => shop.flows);
  const run = flows.filter(({ notRun }) => !notRun);
  const matched = run.filter(({ faults }) => faults.length === 0);
  return [
    ...lines,
    ...notes.map((text, at) => `(${at + 1}) ${text}`),
    '',
    `${matched.length} of ${run.length} rows matched, ${flows.length - run.length} not run`,
  ].join('\n');
}

function columns(shops, noteOf) {
  const [where, database] = [/^(.*), /, /.*, (.*)$/].map((part) => shops.map(({ label }) => part.exec(label)[1]));
  const head = [
    ...[where, database].map((words) => ''.padEnd(NAME_WIDTH) + words.map((word) => word.padEnd(CELL_WIDTH)).join(' ')),
    'flow'.padEnd(NAME_WIDTH) + shops.map(() => cell(FACTS.map(([, word]) => word))).join(' '),
  ];
  let group = null;
  const rows = shops[0].flows.flatMap((flow, at) => {
    const heading = flow.group === group ? [] : [flow.group];
    group = flow.group;
    return [...heading, `  ${flow.name}`.padEnd(NAME_WIDTH) + shops.map((shop) => facts(shop.flows[at], noteOf)).join(' ')];
  });
  return [...head, ...rows].map((line) => line.trimEnd());
}

function facts({ notRun, reasons = [], faults = [], ...verdict }, noteOf) {
  if (notRun) {
    return `not run (${noteOf(notRun)})`.padEnd(CELL_WIDTH);
  }
  const marks = [...(faults.length > 0 ? [`NOT MATCHED: ${faults.join('; ')}`.slice(0, NOTE_LENGTH)] : []), ...reasons.map((why) => `none: ${why}`)];
  const words = FACTS.map(([fact]) => verdict[fact] ?? 'no');
  return `${cell(words).trimEnd()}${marks.map((text) => ` (${noteOf(text)})`).join('')}`.padEnd(CELL_WIDTH);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && existsSync(FILE)) {
  console.log(table(JSON.parse(readFileSync(FILE, 'utf8'))));
}
