// Which halves belong together: the tag's event and the API's are one conversion when event_id and event_name match
// (docs/wire-contract.md#deduplication). Pure: records in, rows out.

const WITHIN_MS = 48 * 3600 * 1000;
const ONLINE_FOR_MS = 3600 * 1000;

/**
 * @typedef {object} Pair  one row per (event_name, event_id), oldest first
 * @property {string} event_name  API name where the tag's name has one, else the tag's name in lower case
 * @property {string|null} event_id  null: a tag event without one, which can match nothing
 * @property {boolean} browser
 * @property {boolean} server
 * @property {boolean} matched  Pinterest would count the two as one
 * @property {string|null} note  why two halves that are both here do not match
 * @property {number} browser_count
 * @property {number} server_count
 * @property {number|null} first_browser_ms
 * @property {number|null} first_server_ms
 */

/**
 * @param {{server: object[], browser: object[]}} records  as records.mjs keeps them
 * @returns {Pair[]}
 */
export function pairsOf({ server, browser }) {
  const rows = new Map();
  const rowOf = (name, id, at) => {
    const key = JSON.stringify([name, id]);
    if (!rows.has(key)) rows.set(key, { event_name: name, event_id: id, at, browser: [], server: [] });
    const row = rows.get(key);
    row.at = Math.min(row.at, at);
    return row;
  };
  for (const record of browser) {
    if (record.command !== 'track' || !record.ok) continue;
    const name = record.api_name ?? String(record.name).trim().toLowerCase();
    rowOf(name, record.event_id, record.received_at_ms).browser.push(record);
  }
  // Test events are checked and forgotten by Pinterest (docs/wire-contract.md#test-mode): they pair with nothing.
  for (const record of server.filter((one) => !one.test)) {
    rowOf(record.event_name, record.event_id, record.received_at_ms).server.push(record);
  }
  return [...rows.values()].sort((a, b) => a.at - b.at).map(pairOf);
}

function pairOf({ event_name, event_id, browser, server }) {
  const both = browser.length > 0 && server.length > 0;
  const note = both ? obstacle(event_id, browser[0], server[0]) : null;
  return {
    event_name,
    event_id,
    browser: browser.length > 0,
    server: server.length > 0,
    matched: both && note === null,
    note,
    browser_count: browser.length,
    server_count: server.length,
    first_browser_ms: browser[0]?.received_at_ms ?? null,
    first_server_ms: server[0]?.received_at_ms ?? null,
  };
}

function obstacle(id, browser, server) {
  if (id === null) return 'no event_id';
  if (server.event.action_source === 'offline') return 'offline events are not deduplicated';
  if (server.received_at_ms - server.event.event_time * 1000 > ONLINE_FOR_MS) {
    return 'the server half came more than an hour after the event and counts as offline';
  }
  if (Math.abs(server.received_at_ms - browser.received_at_ms) > WITHIN_MS) return 'the halves are over 48 hours apart';
  return null;
}
