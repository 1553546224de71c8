// What the plugin costs the requests of a shop that somebody waits for: the same visit to four shops in turn, shuffled
// in each round. Without the plugin; without it once more, which shows the noise; with it; and with it while the API
// takes calls and never answers. WordPress and WooCommerce on MariaDB, nginx and PHP-FPM, as shops have it.

import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { extensionFile } from '../../tests/support/extension.mjs';
import { startStandin } from '../../tests/support/pinterest/index.mjs';
import { startShop } from '../../tests/support/shop/shop.mjs';
import { quantile } from '../support/numbers.mjs';
import { report, rounds } from '../support/report.mjs';
import { countSockets } from './sockets.mjs';
import { STEPS, visit } from './visit.mjs';

const VISITS = 4 * rounds;
const WARM_UP = 4;
const COUNTED = 4;
const SHOPS = { off: false, 'off again': false, on: true, 'API hangs': true };

const median = (numbers) => quantile(numbers, 0.5);

const shuffled = (list) =>
  list.map((one) => [Math.random(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);

async function open(name, plugin, work) {
  const standin = await startStandin();
  if (name === 'API hangs') {
    standin.misbehave({ mode: 'hang' });
  }
  const shop = await startShop({
    dir: path.join(work, name.replaceAll(' ', '-')),
    database: 'mariadb',
    theme: 'classic',
    extension: extensionFile('release'),
    standin,
    plugin,
    workers: 2,
  });
  const probe = fileURLToPath(new URL('measure.php', import.meta.url));
  copyFileSync(probe, path.join(shop.paths.content, 'mu-plugins/measure.php'));
  const product = shop.products['MUG-1'];
  return {
    visit: (number) => visit(shop.url, product, `${number}`),
    kind: shop.kind,
    workers: shop.node.workers,
    /** What its requests measured from within, by the name they were given. */
    measured: () =>
      new Map(
        readFileSync(path.join(shop.paths.content, 'measure.log'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
          .map((one) => [one.name, one]),
      ),
    async close() {
      await shop.stop();
      await standin.stop();
    },
  };
}

async function measure(shops) {
  const names = Object.keys(shops);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let number = 0; number < WARM_UP + VISITS; number += 1) {
    for (const name of shuffled(names)) {
      times[name][number] = await shops[name].visit(number);
    }
  }
  return Object.fromEntries(
    names.map((name) => {
      const inside = shops[name].measured();
      const visits = times[name].map((ttfb, number) =>
        Object.fromEntries(
          STEPS.map((step) => {
            const { page, after } = inside.get(`${number} ${step}`);
            return [step, { ...page, ttfb_ms: ttfb[step], after_cpu_ms: after.cpu_ms - page.cpu_ms, after_queries: after.queries - page.queries }];
          }),
        ),
      );
      return [name, visits.slice(WARM_UP)];
    }),
  );
}

/** Medians, and the medians of the differences to the shop without the plugin, visit by visit. */
function sums(visits) {
  const KEYS = ['queries', 'files', 'cpu_ms', 'process_cpu_ms', 'ttfb_ms', 'after_cpu_ms', 'after_queries'];
  return Object.fromEntries(
    Object.keys(visits).map((name) => [
      name,
      Object.fromEntries(
        STEPS.map((step) => {
          const of = (key) => visits[name].map((one) => one[step][key]);
          const more = (key) => visits[name].map((one, number) => one[step][key] - visits.off[number][step][key]);
          return [step, Object.fromEntries(KEYS.map((key) => [key, { median: median(of(key)), more: median(more(key)) }]))];
        }),
      ),
    ]),
  );
}

const signed = (number, digits = 0) => `${number < 0 ? '-' : '+'}${Math.abs(number).toFixed(digits)}`;

function words(sum, sockets) {
  return [
    ...(sockets ? [`${sockets.request} sockets`] : []),
    `${signed(sum.queries.more)} queries`,
    `${signed(sum.files.more)} files`,
    `${signed(sum.cpu_ms.more, 1)} ms CPU`,
    `${signed(sum.ttfb_ms.more, 1)} ms to first byte`,
  ].join(', ');
}

const work = mkdtempSync(path.join(tmpdir(), 'pinrelay-bench-shop-'));
// The shops' own account has to pass.
chmodSync(work, 0o755);
const shops = {};
try {
  for (const [name, plugin] of Object.entries(SHOPS)) {
    shops[name] = await open(name, plugin, work);
  }
  const visits = await measure(shops);
  const sockets = {};
  for (const name of Object.keys(shops)) {
    sockets[name] = await countSockets(shops[name].workers(), path.join(work, 'connects'), async () => {
      for (let number = 0; number < COUNTED; number += 1) {
        await shops[name].visit(`counted ${number}`);
      }
    });
  }
  const all = sums(visits);
  const aim = { 'checkout POST': '0 sockets, +3 queries, +1 ms CPU' };
  const rows = STEPS.flatMap((step) =>
    ['on', 'API hangs'].map((name) => ({
      what: `${step}, ${name === 'on' ? 'plugin on' : 'plugin on and the API never answers'}`,
      figure: words(all[name][step], sockets[name]),
      aim: aim[step] ?? '0 sockets, +1 ms CPU',
      beside: `off again: ${words(all['off again'][step], sockets['off again'])}; off: ${all.off[step].queries.median} queries, ${all.off[step].files.median} files, ${all.off[step].cpu_ms.median.toFixed(0)} ms CPU, ${all.off[step].ttfb_ms.median.toFixed(0)} ms`,
    })),
  );
  report('shop', work, rows, { woocommerce: shops.on.kind, visits: VISITS, medians: all, sockets_in_counted_visits: { visits: COUNTED, ...sockets } });
} finally {
  await Promise.all(Object.values(shops).map((shop) => shop.close()));
  rmSync(work, { recursive: true, force: true });
}
