// Every flow of the shop: what a shopper, a merchant or a payment service does, and what Pinterest is to hear of it.
//
// A flow is a plain object:
//
//   name   in WooCommerce's words
//   needs  {real, theme, pages}: the real WooCommerce, a theme and an assigned checkout page of one kind ('classic' or
//          'block'); whatever is not named may be either
//   gives  {event_name: expected}. A number: so many of it, each told by both halves under one id and counted once.
//          {server: n, browser: 'why not'} or the other way round: so many by one half, and why never by the other.
//          What judge.mjs lets pass may come besides, and nothing else
//   run    async ({world, shop, shopper, goods}) => what it knows: nothing, or {says: {event_name: [what]}, orders: [id]}
//          `says` is, for each event of that name, some of what sayings.mjs compares, as both halves must say it;
//          `orders` are those whose events carry nothing of the shopper
//
// It judges nothing and waits for no record, so that many of them can be on their way in one shop. `goods` are
// stock()'s, `shopper` is newShopper()'s: hostile names and careful visitors walk the same flows.

import { adds } from './adds.mjs';
import { none } from './none.mjs';
import { others } from './others.mjs';
import { purchases } from './purchases.mjs';
import { views } from './views.mjs';

const GROUPS = { views, 'adds to the cart': adds, 'other events': others, purchases, 'what is no event': none };

/** Each with its `group`. */
export const FLOWS = Object.freeze(
  Object.entries(GROUPS).flatMap(([group, flows]) => flows.map((flow) => Object.freeze({ group, ...flow }))),
);

const NEEDS = [
  ['real', (place) => place.real, () => 'needs the real WooCommerce'],
  ['theme', (place, kind) => place.theme === kind, (kind) => `needs a ${kind} theme`],
  ['pages', (place, kind) => place.pages === kind, (kind) => `needs ${kind} pages`],
];

/**
 * @param {object} flow
 * @param {{real: boolean, theme: string, pages: string}} place
 * @returns {string|null}  why the flow cannot be there
 */
export function whyNot(flow, place) {
  const missing = NEEDS.find(([need, met]) => flow.needs?.[need] && !met(place, flow.needs[need]));
  return missing ? missing[2](flow.needs[missing[0]]) : null;
}

export const placeOf = ({ real, theme, checkout, database }) => ({ real, theme, pages: checkout, database });
