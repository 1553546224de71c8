// Pinterest's answers of docs/wire-contract.md#responses as plain values. Messages are the ones seen on the wire or
// given as examples there.

/**
 * @typedef {{status: number, headers: Record<string, string>, body: object|string}} Answer
 *   a body that is a string is sent as it stands, any other as JSON
 */

const JSON_TYPE = { 'content-type': 'application/json' };

/** x-ratelimit headers as measured: the first is no plain integer. */
function rateLimit(remaining, reset) {
  return {
    'x-ratelimit-limit': '120000, 120000;w=60;name="ads_conversions_ad_account_id"',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(reset),
  };
}

function refusal(status, code, message, headers = {}) {
  return { status, headers: { ...JSON_TYPE, ...rateLimit(119999, 42), ...headers }, body: { code, message } };
}

const retryAfter = (seconds) => (seconds === undefined ? {} : { 'retry-after': String(seconds) });

export const invalid = (why) => refusal(400, 4196, `Invalid request: ${why}`);
export const unauthorized = () => refusal(401, 2, 'Authentication failed.');
export const forbidden = () => refusal(403, 29, 'You are not permitted to access that resource.');
export const unknownAccount = () => refusal(404, 2, 'AdAccount not found.');
export const tooLarge = (limit) => refusal(413, 4196, `Invalid request: the body exceeds ${limit} bytes`);

/** @param {{reset?: number, retry_after?: number}} seconds */
export function limited({ reset, retry_after: after }) {
  const headers = { ...rateLimit(0, reset ?? after ?? 1), ...retryAfter(after) };
  return refusal(429, 8, 'This request exceeded a rate limit.', headers);
}

export const rampedDown = (after) =>
  refusal(
    503,
    4197,
    'The endpoint has been ramped down and is currently not accepting any traffic.',
    retryAfter(after),
  );

export const broken = (after) => refusal(500, 0, 'Internal server error.', retryAfter(after));

/** What a proxy or a firewall puts in Pinterest's place. */
export function page(status = 502) {
  const title = `${status} Bad Gateway`;
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  };
}

/**
 * The answer to events that were looked at one by one.
 * @param {{status: 'processed'|'failed', error_message: string, warning_message: string}[]} entries  in request order
 * @param {200|422} status
 */
export function perEvent(entries, status) {
  const counts = {
    num_events_processed: entries.filter((entry) => entry.status === 'processed').length,
    num_events_received: entries.length,
    events: entries,
  };
  const headers = { ...JSON_TYPE, ...rateLimit(119999, 42) };
  if (status === 200) return { status, headers, body: counts };
  const message = 'The action could not be processed properly due to some or all data provided being invalid.';
  return { status, headers, body: { code: 953, message, details: counts } };
}
