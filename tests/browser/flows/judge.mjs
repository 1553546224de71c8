// Whether Pinterest heard of a flow what it was to hear. Pure: expectations and records in, a verdict out.

import { isDeepStrictEqual } from 'node:util';

import { pairsOf } from '../../support/pinterest/pairs.mjs';

/** Every flow looks at pages on its way, and some leave them before they have told anything. */
const PASSING = ['page_visit', 'view_category'];

const AMOUNT = (value) => (value === undefined ? undefined : Number(value));
const list = (values) => (values?.length ? values.map(String) : undefined);

/** The parts of an event that both halves have, as each spells them. */
const OF_SERVER = ({ event: { custom_data: data = {}, user_data: user } }) => ({
  ids: list(data.content_ids),
  units: data.num_items,
  value: AMOUNT(data.value),
  currency: data.currency,
  order: data.order_id,
  words: data.search_string,
  category: data.content_category,
  email: user.em?.[0],
  visitor: user.external_id?.[0],
});
const OF_TAG = ({ data, partner }) => ({
  ids: list(data.line_items?.map((line) => line.product_id).filter((id) => id !== undefined)),
  units: data.order_quantity,
  value: data.value,
  currency: data.currency,
  order: data.order_id === undefined ? undefined : String(data.order_id),
  words: data.search_query,
  category: data.line_items?.length === 1 && !data.line_items[0].product_id ? data.line_items[0].product_category : undefined,
  email: partner.em,
  visitor: partner.external_id,
});
/** Who is known grows from page to page, and a cookie holds no words that a shopper typed. */
const MAY_LACK = ['email', 'visitor', 'words'];
/** An account may have another e-mail than its order, which is what a purchase goes by. */
const isCompared = (key, { event_name: name }) => key !== 'email' || name === 'checkout';

/** In the words of `gives`. */
const NOTHING = { anything: { browser: 'nothing is to be told', server: 'nothing is to be told' } };

const halvesOf = (expected) => (typeof expected === 'number' ? { browser: expected, server: expected } : expected);
const number = (expected) => (typeof expected === 'number' ? expected : 0);
const sum = (pairs, count) => pairs.reduce((total, pair) => total + pair[count], 0);

/**
 * @typedef {object} Verdict
 * @property {'yes'|'no'|'none'} browser  the browser half; none: it is not to be
 * @property {'yes'|'no'|'none'} server
 * @property {'yes'|'no'|'none'} same     one id on both halves
 * @property {'yes'|'no'} once            Pinterest counts each event once, and exactly so many
 * @property {string[]} faults            what is wrong, in words; empty: the flow is matched
 * @property {string[]} reasons           why halves are not to be
 */

/**
 * @param {object} gives  as index.mjs says, of a flow
 * @param {{server: object[], browser: object[]}} records  of this flow alone, as the stand-in keeps them
 * @param {object} [says]
 * @returns {Verdict}
 */
export function judge(gives, records, says = {}) {
  const pairs = pairsOf(records);
  const isSilent = Object.keys(gives).length === 0;
  const rows = Object.entries(isSilent ? NOTHING : gives).map(([name, expected]) => row(name, halvesOf(expected), pairs));
  const extra = pairs.filter(({ event_name: name }) => !(name in gives) && !PASSING.includes(name));
  const worst = (fact) => ['no', 'none'].find((word) => rows.some((one) => one[fact] === word)) ?? 'yes';
  return {
    browser: worst('browser'),
    server: worst('server'),
    same: worst('same'),
    once: extra.length > 0 ? 'no' : worst('once'),
    faults: [
      ...rows.flatMap((one) => one.faults),
      ...extra.map((pair) => `${pair.event_name} came besides`),
      ...contradictions(records),
      ...Object.entries(says).flatMap(([name, lines]) => otherwise(name, lines, records, gives)),
    ],
    reasons: [...new Set(Object.values(isSilent ? NOTHING : gives).flatMap((expected) => Object.values(halvesOf(expected))).filter((one) => typeof one === 'string'))],
  };
}

function row(name, expected, pairs) {
  const told = pairs.filter((pair) => pair.event_name === name);
  const both = number(expected.browser) && number(expected.server);
  const count = Math.max(number(expected.browser), number(expected.server));
  const half = (which) => {
    if (number(expected[which]) === 0) {
      return typeof expected[which] === 'string' ? 'none' : 'yes';
    }
    return told.filter((pair) => pair[which]).length >= expected[which] ? 'yes' : 'no';
  };
  const halves = [half('browser'), half('server')];
  const same = told.filter((pair) => pair.matched).length >= both;
  const once =
    told.length === count &&
    sum(told, 'browser_count') === number(expected.browser) &&
    sum(told, 'server_count') === number(expected.server);
  const facts = {
    browser: halves[0],
    server: halves[1],
    same: !same ? 'no' : halves.includes('none') ? 'none' : 'yes',
    once: once ? 'yes' : 'no',
  };
  const wrong = Object.values(facts).includes('no');
  const seen = told.map((pair) => `${pair.browser_count}+${pair.server_count}${pair.note ? ` (${pair.note})` : ''}`);
  const wanted = `${number(expected.browser)} by the browser, ${number(expected.server)} by the server`;
  return {
    ...facts,
    faults: wrong ? [`${name}: wanted ${wanted}; came, browser+server by id: ${seen.join(', ') || 'nothing'}`] : [],
  };
}

/** What the two halves of an event say differently. */
function contradictions({ server, browser }) {
  return server.flatMap((record) => {
    const tag = browser.find((one) => one.command === 'track' && one.ok && one.event_id === record.event_id);
    const [theirs, ours] = tag ? [OF_TAG(tag), OF_SERVER(record)] : [{}, {}];
    return Object.keys(ours)
      .filter((key) => isCompared(key, record))
      .filter((key) => !(MAY_LACK.includes(key) && (ours[key] === undefined || theirs[key] === undefined)))
      .filter((key) => !isDeepStrictEqual(ours[key], theirs[key]))
      .map((key) => `${record.event_name}: ${key} is ${theirs[key]} by the browser and ${ours[key]} by the server`);
  });
}

/** Where the events of a name do not say what they should. */
function otherwise(name, lines, records, gives) {
  const wanted = lines.map((line) => ({ ...line, ...(line.ids && { ids: line.ids.map(String) }) }));
  const keys = Object.keys(wanted[0]);
  const pick = (facts) => Object.fromEntries(keys.map((key) => [key, facts[key]]));
  const sorted = (all) => all.map((one) => JSON.stringify(one)).sort();
  const byHalf = {
    browser: records.browser.filter((one) => one.api_name === name && one.ok).map((one) => pick(OF_TAG(one))),
    server: records.server.filter((one) => one.event_name === name).map((one) => pick(OF_SERVER(one))),
  };
  const expected = halvesOf(gives[name] ?? 0);
  return Object.entries(byHalf)
    .filter(([half]) => number(expected[half]) > 0)
    .filter(([, told]) => !isDeepStrictEqual(sorted(told), sorted(wanted)))
    .map(([half, told]) => `${name} by the ${half}: ${sorted(told)} instead of ${sorted(wanted)}`);
}
