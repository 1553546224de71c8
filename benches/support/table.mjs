// Puts the figures that the named benches left into docs/figures.md, in this order
// and between two markers. Writes nothing where none has left any.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { QUIET, reported } from './report.mjs';

const DOCUMENT = fileURLToPath(new URL('../../docs/figures.md', import.meta.url));
const [BEGIN, END] = ['<!-- figures: written by `make bench` -->', '<!-- end of figures -->'];

const cell = (text) => String(text ?? '').replaceAll('|', '\\|');

function table(reports) {
  const lines = ['| | figure | aim | beside it, in the same run |', '|---|---|---|---|'];
  for (const { rows } of reports) {
    for (const { what, figure, aim, beside } of rows) {
      lines.push(`| ${[what, figure, aim, beside].map(cell).join(' | ')} |`);
    }
  }
  return lines;
}

function caption(reports) {
  const [{ machine }] = reports;
  // Later ones start on the load that the ones before them were, which is no more than the cores they had.
  const isBusy = ({ machine: { load_at_start, cores } }, place) => load_at_start > (place === 0 ? QUIET : cores);
  const busy = reports.filter(isBusy).map(({ bench, machine: { load_at_start } }) => `${bench} (load ${load_at_start})`);
  const days = [...new Set(reports.map((report) => report.at.slice(0, 10)))].join(' and ');
  return [
    `Measured on ${days}: ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB,`,
    `${machine.kernel}, ${machine.disk}, PHP ${machine.php}.`,
    ...(busy.length > 0 ? [`Other work was running beside ${busy.join(' and ')}: quiet, it is faster.`] : []),
  ];
}

const reports = process.argv.slice(2).map(reported).filter(Boolean);
const text = readFileSync(DOCUMENT, 'utf8');
const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
if (from < 0 || to < from) {
  throw new Error(`docs/figures.md has no place for the figures: ${BEGIN} ... ${END}`);
}
if (reports.length > 0) {
  const figures = [...caption(reports), '', ...table(reports)].join('\n');
  writeFileSync(DOCUMENT, `${text.slice(0, from + BEGIN.length)}\n${figures}\n${text.slice(to)}`);
}
