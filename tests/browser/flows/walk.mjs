// Walks flows in a shop, several side by side, each by a shopper of its own, and judges what the stand-in of Pinterest
// got from each. They are told apart by the name of the browser, which both halves carry.

import { USER_AGENT } from '../../support/browser/launch.mjs';
import { judge } from './judge.mjs';
import { placeOf, whyNot } from './index.mjs';

/** No flow waits for time to pass; this only ends one whose records do not come. */
const GUARD_MS = 60_000;

let walkers = 0;

/**
 * @param {object} world  openWorld(), prepare()d
 * @param {object[]} flows
 * @param {object} options
 * @param {object} options.goods           stock()
 * @param {object} [options.visitor]       options of every shopper's browser context
 * @param {(shopper: object) => any} [options.careful]  done to every shopper before anything else
 * @param {(flow: object) => object} [options.gives]    what each flow is to give; by default what it says itself
 * @param {number} [options.atOnce]
 * @returns {Promise<Array<{flow: object, notRun?: string, error?: Error, verdict?: object, shopper?: object}>>}  in the
 *   order of the flows. `shopper` is closed; his errors, dialogs and sources are still there
 */
export async function walk(world, flows, options) {
  const { gives = (flow) => flow.gives, atOnce = 4 } = options;
  const place = placeOf(world.shop);
  const walked = flows.map((flow) => ({ flow, notRun: whyNot(flow, place) ?? undefined }));
  const waiting = walked.filter(({ notRun }) => !notRun);
  const settling = [];

  async function next() {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      await begin(world, one, options);
      settling.push(heard(world, one, gives(one.flow)));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, next));
  await tickUntil(world, Promise.all(settling));
  // Whatever comes too often is there by now, too.
  await world.fence();

  const records = world.standin.records();
  for (const one of walked.filter(({ notRun }) => !notRun)) {
    one.verdict = judge(gives(one.flow), ofOne(records, one), one.says);
  }
  return walked;
}

/** The records of nobody who walked: what was told of a stranger, a merchant or a payment service. */
export function strays(records, walked) {
  const known = walked.filter(({ notRun }) => !notRun).map((one) => ofOne(records, one));
  const theirs = new Set(known.flatMap(({ server, browser }) => [...server, ...browser]));
  const ours = (agent) => agent === USER_AGENT;
  return [
    ...records.server.filter((record) => !theirs.has(record) && !ours(record.event.user_data.client_user_agent)),
    ...records.browser.filter((record) => !theirs.has(record) && !ours(record.user_agent)),
  ];
}

async function begin(world, one, { goods, visitor, careful }) {
  walkers += 1;
  one.agent = `${USER_AGENT} Walker/${walkers}`;
  try {
    one.shopper = await world.shopper({ ...visitor, userAgent: one.agent });
    await careful?.(one.shopper);
    const said = await one.flow.run({ world, shop: world.shop, shopper: one.shopper, goods });
    Object.assign(one, { says: said?.says, orders: said?.orders });
  } catch (error) {
    one.error = error;
  }
}

/** Waits for what the flow gives, and lets its shopper go. */
async function heard(world, one, gives) {
  const isHeard = (records) => judge(gives, ofOne(records, one)).faults.length === 0;
  if (!one.error) {
    await world.standin.until(isHeard, GUARD_MS).catch(() => undefined);
  }
  await one.shopper?.close();
}

/** Visits are collected without WordPress, and wait for one of its requests. */
async function tickUntil(world, done) {
  let over = false;
  const end = done.finally(() => (over = true));
  while (!over) {
    await world.tick();
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 1000))]);
  }
  await end;
}

function ofOne({ server, browser }, { agent, orders = [] }) {
  const isHis = ({ event: { user_data: user, custom_data: data } }) =>
    user.client_user_agent === agent || orders.includes(Number(data?.order_id));
  return { server: server.filter(isHis), browser: browser.filter((record) => record.user_agent === agent) };
}
