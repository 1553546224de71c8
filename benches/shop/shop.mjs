// What the plugin costs the requests of a shop that somebody waits for. One shop, and one process of PHP in it, serves
// the same visit with our plugin, without it, and without it once more, which shows the noise; in each round in
// another order. A second shop does so while the API takes calls and never answers. WordPress and WooCommerce on
// MariaDB, nginx and PHP-FPM with opcache at PHP's own settings, as shops have it.

import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { STEPS, measurable, visit } from '../../tests/support/cost/visit.mjs';
import { extensionFile } from '../../tests/support/extension.mjs';
import { startStandin } from '../../tests/support/pinterest/index.mjs';
import { account } from '../../tests/support/shop/php.mjs';
import { startShop } from '../../tests/support/shop/shop.mjs';
import { report, rounds } from '../support/report.mjs';
import { countInstructions } from './instructions.mjs';
import { countSockets } from './sockets.mjs';
import { sums } from './sums.mjs';

const WARM_UP = 2;
const COUNTED = 3;
const MODES = { off: false, 'off again': false, on: true };
const SHOPS = { answers: 4 * rounds, hangs: 2 * rounds };
const KEYS = ['queries', 'files', 'cpu_ms', 'process_cpu_ms', 'ttfb_ms', 'after_cpu_ms', 'after_queries', 'after_files'];
/** What only one step may cost more than the others. */
const QUERIES = { 'checkout POST': 'at most 3 queries' };

const shuffled = (list) =>
  list.map((one) => [Math.random(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);

async function open(name, work) {
  const standin = await startStandin();
  if (name === 'hangs') {
    standin.misbehave({ mode: 'hang' });
  }
  const shop = await startShop({
    dir: path.join(work, name),
    database: 'mariadb',
    theme: 'classic',
    extension: extensionFile('release'),
    standin,
    // Two seconds are PHP's own; the tests' shops look at each file in each request.
    ini: { 'opcache.revalidate_freq': 2 },
    workers: 1,
  });
  return {
    shop,
    way: measurable(shop),
    async close() {
      await shop.stop();
      await standin.stop();
    },
  };
}

/** @returns {Promise<Record<string, object[]>>} by mode: visits, each by step: KEYS */
async function measure({ way }, visits) {
  const seen = Object.fromEntries(Object.keys(MODES).map((mode) => [mode, []]));
  for (let number = 0; number < WARM_UP + visits; number += 1) {
    for (const mode of shuffled(Object.keys(MODES))) {
      const steps = await visit(way, `${number} ${mode}`, MODES[mode]);
      if (!Object.values(steps).every((step) => step.opcache)) {
        throw new Error('opcache is off: PHP-FPM would compile every file in every request, which no host does');
      }
      seen[mode][number] = Object.fromEntries(STEPS.map((step) => [step, flat(steps[step])]));
    }
  }
  return Object.fromEntries(Object.entries(seen).map(([mode, all]) => [mode, all.slice(WARM_UP)]));
}

/** What one visit's measures say of a step. */
const flat = ({ page, after, ttfb_ms }) => ({
  ...page,
  ttfb_ms,
  after_cpu_ms: after.cpu_ms - page.cpu_ms,
  after_queries: after.queries - page.queries,
  after_files: after.files - page.files,
});

function signed(number, digits = 0) {
  const text = Math.abs(number).toFixed(digits);
  return `${number < 0 && Number(text) !== 0 ? '-' : '+'}${text}`;
}

const span = ({ median, low, high }, unit) => `${signed(median, 1)} ${unit} (${signed(low, 1)} to ${signed(high, 1)})`;

/**
 * What a mode costs more than the control, a text for docs/figures.md.
 *
 * @param {object} sum   sums() of the mode and step
 * @param {object} off   the same of the control
 * @param {?number} share  instructions more than the control's, as a part of them; null where none were counted
 */
function words(sum, off, sockets, share) {
  const counted = `${signed(share * off.cpu_ms.median, 1)} ms by instructions (${signed(100 * share, 1)} %)`;
  return [
    `${sockets.request} sockets`,
    `${signed(sum.queries.more.median)} queries`,
    `${signed(sum.files.more.median)} files`,
    ...(share === null ? [] : [counted]),
    span(sum.cpu_ms.more, 'ms CPU'),
    span(sum.ttfb_ms.more, 'ms to first byte'),
  ].join(', ');
}

/** What comes once the visitor has his answer; now and then it is a round of the tick as well. */
function wordsAfter(sum) {
  return `; after the response ${span(sum.after_cpu_ms.more, 'ms CPU')}, ${signed(sum.after_queries.more.median)} queries, ${signed(sum.after_files.more.median)} files`;
}

/** As words() takes it. */
const part = (counts, mode, step) => counts && counts[mode][step] / counts.off[step] - 1;

const work = mkdtempSync(path.join(tmpdir(), 'pinrelay-bench-shop-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
// The shops' own account has to pass.
chmodSync(work, 0o755);
const own = (dir) => account && chownSync(dir, account.uid, account.gid);
const rows = [];
const measured = {};
for (const [name, visits] of Object.entries(SHOPS)) {
  const here = await open(name, work);
  try {
    console.error(`shop: ${visits} visits of each kind where the API ${name}`);
    const all = sums(await measure(here, visits), STEPS, KEYS, 'off');
    const sockets = {};
    for (const [mode, plugin] of Object.entries(MODES)) {
      sockets[mode] = await countSockets(here.shop.node.workers(), path.join(work, 'connects'), async () => {
        for (let number = 0; number < COUNTED; number += 1) {
          await visit(here.way, `sockets ${number} ${mode}`, plugin);
        }
      });
    }
    const counts = name === 'answers' ? await countInstructions(here.shop, here.way, Object.entries(MODES), own) : null;
    for (const step of STEPS) {
      const off = all.off[step];
      rows.push({
        what: `${step}, plugin on${name === 'hangs' ? ' and the API never answers' : ''}`,
        figure: words(all.on[step], off, sockets.on, part(counts, 'on', step)) + wordsAfter(all.on[step]),
        aim: ['0 sockets', QUERIES[step] ?? '0 queries', 'at most 1 ms CPU'].join(', '),
        beside: `off again: ${words(all['off again'][step], off, sockets['off again'], part(counts, 'off again', step))}; off: ${off.queries.median} queries, ${off.files.median} files, ${off.cpu_ms.median.toFixed(0)} ms CPU, ${off.ttfb_ms.median.toFixed(0)} ms to first byte`,
      });
    }
    measured[name] = { woocommerce: here.shop.kind, visits, medians: all, sockets_in_counted_visits: { visits: COUNTED, ...sockets }, instructions: counts };
  } finally {
    await here.close();
  }
}
report('shop', work, rows, measured);
