// Whether Pinterest heard of a flow what it was to hear. Pure: expectations and records in, a verdict out.

import { pairsOf } from '../../support/pinterest/pairs.mjs';
import { contradictions, otherwise } from './sayings.mjs';

/** Every flow looks at pages on its way, and some leave them before they have told anything. */
const PASSING = ['page_visit', 'view_category'];

/** In the words of `gives`. */
const NOTHING = { anything: { browser: 'nothing is to be told', server: 'nothing is to be told' } };

const halvesOf = (expected) => (typeof expected === 'number' ? { browser: expected, server: expected } : expected);
/** Of one event: which halves are. */
const isToBe = (expected = 0) => (half) => number(halvesOf(expected)[half]) > 0;
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
  const wanted = Object.keys(gives).length === 0 ? NOTHING : gives;
  const rows = Object.entries(wanted).map(([name, expected]) => row(name, halvesOf(expected), pairs));
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
      ...Object.entries(says).flatMap(([name, lines]) => otherwise(name, lines, records, isToBe(gives[name]))),
    ],
    reasons: reasonsOf(wanted),
  };
}

/** Why halves are not to be, each once. */
function reasonsOf(wanted) {
  const words = Object.values(wanted).flatMap((expected) => Object.values(halvesOf(expected)));
  return [...new Set(words.filter((word) => typeof word === 'string'))];
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
