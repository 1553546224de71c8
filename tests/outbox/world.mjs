// What the outbox's tests need: a shop without a browser, the stand-in of Pinterest, many buyers, and a look at each
// place where an order can be.

import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { extensionFile } from '../support/extension.mjs';
import { startStandin } from '../support/pinterest/index.mjs';
import { newBuyer } from '../support/shop/buyer.mjs';
import { until } from '../support/shop/service.mjs';
import { startShop } from '../support/shop/shop.mjs';

/** Both databases that the outbox promises to hold on. */
export const DATABASES = ['sqlite', 'mariadb'];

/** `wp pinrelay`: what it ended with, and what it said; `wp` as startShop() gives it. */
export async function pinrelay(wp, ...args) {
  try {
    return { code: 0, stdout: await wp('pinrelay', ...args), stderr: '' };
  } catch (error) {
    return error;
  }
}

/** How often each thing occurs in a list. */
export function tally(list) {
  const counts = {};
  for (const one of list) {
    counts[one] = (counts[one] ?? 0) + 1;
  }
  return counts;
}

function filesBelow(dir) {
  if (!existsSync(dir)) {
    return [];
  }
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    return entry.isDirectory() ? filesBelow(file) : [file];
  });
}

/** @param {object} wish  as startShop() takes it */
export async function openShop(wish = {}) {
  let clock = null;
  const standin = await startStandin({ now: () => clock?.now() ?? Date.now() });
  const heard = path.join('/tmp', `pinrelay-heard-${process.pid}-${Math.random().toString(16).slice(2)}`);
  const shop = await startShop({
    extension: extensionFile(),
    standin,
    theme: 'classic',
    ...wish,
    constants: { PINRELAY_TEST_HEARD: heard, ...wish.constants },
  });
  clock = shop.clock;
  const buyers = new Map();

  const world = {
    standin,
    shop,
    clock,

    /** So many orders, placed by so many shoppers of this web server side by side; gives their ids. */
    async buy(count = 1, { gateway = 'cod', url = shop.url, shoppers = 1 } = {}) {
      const ids = [];
      let left = count;
      const shopping = async (index) => {
        const name = `${url} ${index}`;
        if (!buyers.has(name)) {
          buyers.set(name, await newBuyer(url, shop.products['MUG-1']));
        }
        while (left > 0) {
          left -= 1;
          ids.push(await buyers.get(name).buy(gateway));
        }
      };
      await Promise.all(Array.from({ length: shoppers }, (_, index) => shopping(index)));
      return ids;
    },

    /** The same request from so many clients at the same moment; gives their answers. */
    async atOnce(count, what, more = {}, barrier = 'at') {
      const at = Date.now() / 1000 + 0.7;
      const answers = Array.from({ length: count }, () => shop.look(what, { ...more, [barrier]: at }));
      return (await Promise.all(answers)).map(([answer]) => answer);
    },

    sql: (q) => shop.look('sql', { q }),

    /** Rows of the outbox by order id. */
    rows: async () => new Map((await shop.outbox()).map((row) => [Number(row.order_id), row])),

    tick: (url = shop.url) => shop.look('job', { hook: 'pinrelay_tick' }, url),

    /** Event ids of all records that lie in segments of a spool, one for each record. */
    captured(spool = shop.paths.spool) {
      return filesBelow(spool)
        .filter((file) => path.basename(path.dirname(file)) === 'seg')
        .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
        .flatMap((line) => /"id":"([0-9a-f]{32})"/.exec(line)?.[1] ?? []);
    },

    /** The plugin's own actions so far: ["accepted 71", "settled 71 delivered", ...]. */
    heard: () =>
      (existsSync(heard) ? readFileSync(heard, 'utf8') : '')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(/^(accepted \d+) .*/, '$1')),

    /** Order ids in the checkouts that Pinterest has received, one for each time. */
    delivered: () =>
      standin
        .records()
        .server.filter(({ event_name: name }) => name === 'checkout')
        .map(({ event }) => Number(event.custom_data.order_id)),

    /** Waits until every row is settled, with the tick running meanwhile as it would each minute. */
    async allSettled(url = shop.url, guardMs = 180_000) {
      let open;
      try {
        return await until(
          'every order to be settled',
          async () => {
            await world.tick(url);
            const rows = await world.rows();
            open = [...rows.values()].filter((row) => row.state !== 'settled');
            return open.length === 0 && rows;
          },
          { guardMs, everyMs: 200 },
        );
      } catch (error) {
        const kept = open.map(({ order_id, state, verdict, message, node, updated_at }) =>
          JSON.stringify({ order_id, state, verdict, message, node, updated_at }),
        );
        const status = await shop.wp('pinrelay', 'status').catch((trouble) => trouble.message);
        throw new Error(`${error.message}; open: ${kept.join(', ')}; ${status}`);
      }
    },

    async close() {
      await shop.stop();
      await standin.stop();
      rmSync(heard, { force: true });
    },
  };
  return world;
}
