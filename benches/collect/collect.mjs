// Visits a second by each door of the collecting endpoint, beside a page that WordPress makes: one shop, one pool, one
// client of the same eagerness, in rounds in turn. collect.php stands twice in each round, so that the difference of
// like to like shows.

import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';

import { extensionFile } from '../../tests/support/extension.mjs';
import { startStandin } from '../../tests/support/pinterest/index.mjs';
import { startShop } from '../../tests/support/shop/shop.mjs';
import { brief, quantile, times } from '../support/numbers.mjs';
import { report, rounds } from '../support/report.mjs';

const WORKERS = 2;
const AT_ONCE = 4;
const MS = 1000;

const standin = await startStandin();
const shop = await startShop({ extension: extensionFile(), standin, theme: 'classic', workers: WORKERS });
// The client is one machine; visitors are many, and each has his own share of a minute.
await shop.wp('option', 'update', 'pinrelay_settings', JSON.stringify({ trusted_headers: ['X-Real-IP'] }), '--format=json');
await shop.job('pinrelay_tick');

const html = await (await fetch(`${shop.url}/product/blue-mug/`)).text();
const page = JSON.parse(html.match(/<script[^>]*id="pinrelay-page"[^>]*>([\s\S]*?)<\/script>/)[1]);
const [{ facts, signature }] = page.events;

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
let visitor = 0;

function visit() {
  visitor += 1;
  const address = `198.51.${(visitor >> 8) % 256}.${visitor % 256}`;
  return {
    headers: { origin: shop.url, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', 'x-real-ip': address },
    body: JSON.stringify({ url: `${shop.url}/product/blue-mug/`, events: [{ id: randomUUID(), facts, signature }] }),
  };
}

function ask(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode)).on('error', reject);
    });
    call.on('error', reject).end(body);
  });
}

const doors = {
  collect: { status: 204, go: () => ask(page.collect, { method: 'POST', ...visit() }) },
  again: { status: 204, go: () => ask(page.collect, { method: 'POST', ...visit() }) },
  fallback: { status: 204, go: () => ask(page.fallback, { method: 'POST', ...visit() }) },
  wordpress: { status: 200, go: () => ask(`${shop.url}/product/blue-mug/`, { method: 'GET', headers: {}, body: '' }) },
};

/** Answers a second, for a while, by so many eager clients. */
async function perSecond({ go, status }) {
  const start = performance.now();
  let answers = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (performance.now() - start < MS) {
      const given = await go();
      if (given !== status) {
        throw new Error(`answered ${given}`);
      }
      answers += 1;
    }
  }));
  return (answers * 1000) / (performance.now() - start);
}

const measured = Object.fromEntries(Object.keys(doors).map((name) => [name, []]));
try {
  for (const door of Object.values(doors)) {
    await door.go();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, door] of Object.entries(doors)) {
      measured[name].push(await perSecond(door));
    }
  }
} finally {
  agent.destroy();
  await shop.stop();
  await standin.stop();
}

const middle = (name) => quantile(measured[name], 0.5);
const beside = `${brief(middle('wordpress'))} product pages a second`;
report('collect', '/tmp', [
  {
    what: `Visits a second, collect.php (${WORKERS} workers)`,
    figure: `${brief(middle('collect'))} (again: ${brief(middle('again'))})`,
    aim: 'many times a page',
    beside: `${beside}: ${times(middle('collect') / middle('wordpress'))} as many`,
  },
  {
    what: 'Visits a second, REST fallback',
    figure: brief(middle('fallback')),
    beside: `${beside}: ${times(middle('fallback') / middle('wordpress'))} as many`,
  },
], measured);
