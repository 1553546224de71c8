// What Pinterest says about one event that a schema cannot: names, times, addresses, and the warnings a good event may
// still draw. Pure: the time is passed in. An event seen here has the right shape already (schema.mjs).

import { isIP } from 'node:net';

import { isApiName } from './event-names.mjs';

/** Seven days in seconds: the oldest event_time taken (docs/wire-contract.md#event-time). */
export const OLDEST = 7 * 24 * 3600;

// As seconds this lies in the year 5138, as milliseconds in 1973.
const FIRST_MILLISECONDS = 100_000_000_000;

/**
 * Why an event fails, or null. Texts about time are Pinterest's own (docs/wire-contract.md#event-time, #responses).
 * @param {object} event  one member of `data`
 * @param {number} now    unix seconds of receipt
 * @returns {string|null}
 */
export function failure(event, now) {
  return timeFailure(event.event_time, now) ?? lastingFailure(event);
}

/**
 * Why an event fails whenever it is sent, or null.
 * @param {object} event
 * @returns {string|null}
 */
export function lastingFailure({ event_time: time, event_name: name, user_data: user }) {
  if (time >= FIRST_MILLISECONDS) return `Invalid event_timestamp parameter. ${time} is in milliseconds`;
  return nameFailure(name) ?? addressFailure(user);
}

/**
 * The warning a processed event carries, or '' (docs/wire-contract.md#responses: no sign of failure).
 * @param {object} event
 * @returns {string}
 */
export function warning(event) {
  const { user_data: user, custom_data: custom } = event;
  const warnings = [];
  for (const key of ['external_id', 'click_id']) {
    if (user[key] === undefined || user[key] === null)
      warnings.push(`${key} is missing; sending it improves matching.`);
  }
  if (custom?.opt_out_type === 'LDP' && !(user.st && user.country)) {
    warnings.push('opt_out_type LDP takes effect with user_data.st and user_data.country only.');
  }
  return warnings.join(' ');
}

// Milliseconds end here too: read as seconds they lie far in the future.
function timeFailure(time, now) {
  const where = time > now ? 'future' : time < now - OLDEST ? 'past' : null;
  if (where === null) return null;
  return (
    `Invalid event_timestamp parameter. Given timestamp is in the ${where}. ` +
    `Current timestamp: ${now}, Given event_timestamp: ${time}`
  );
}

// Measured once: an unknown name is processed and counted as "Unknown". The documented refusal is the safer stand-in,
// since such an event reports nothing.
function nameFailure(name) {
  return isApiName(name) ? null : `Invalid event_name parameter. '${name}' is not a supported event name`;
}

function addressFailure(user) {
  const address = user.client_ip_address;
  if (address === undefined) return null;
  const blank = address === '0.0.0.0' || address === '::';
  return isIP(address) !== 0 && !blank ? null : 'Invalid client_ip_address parameter. Not the address of a visitor';
}
