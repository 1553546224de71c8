// What a bench leaves behind: target/bench/<name>.json.
//
//   { bench, at, machine, rounds, rows: [{ what, figure, aim, beside }], measured }
//
// A row is for people: texts, ready for docs/figures.md. `beside` is the control that
// was measured in the same run. `measured` is every number they were made of.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const directory = fileURLToPath(new URL('../../target/bench', import.meta.url));

/** How much to measure: 10 unless PINRELAY_BENCH_ROUNDS says otherwise. */
export const rounds = Math.max(1, Number(process.env.PINRELAY_BENCH_ROUNDS ?? 10) || 10);

// The first bench's is that of before what it runs was built.
const loadAtStart = Number(process.env.PINRELAY_BENCH_LOAD ?? os.loadavg()[0]);
/** Above it somebody else is at work, and the figures are worse than they need be. */
export const QUIET = 0.5;

function machine(work) {
  const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).trim();
  return {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    memory_gib: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release().split('-')[0]}`,
    disk: output('stat', '-f', '-c', '%T', work),
    php: output('php', '-n', '-r', 'echo PHP_VERSION;'),
    load_at_start: Number(loadAtStart.toFixed(2)),
  };
}

/** `work`: a directory on the disk that was written to. */
export function report(bench, work, rows, measured) {
  mkdirSync(directory, { recursive: true });
  const all = { bench, at: new Date().toISOString(), machine: machine(work), rounds, rows, measured };
  writeFileSync(path.join(directory, `${bench}.json`), `${JSON.stringify(all, null, 2)}\n`);
  for (const { what, figure, beside } of rows) {
    console.log(`${what}: ${figure}${beside ? `; beside it ${beside}` : ''}`);
  }
}

/** What earlier benches left, by name. */
export function reported(bench) {
  try {
    return JSON.parse(readFileSync(path.join(directory, `${bench}.json`), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}
