// The decision behind POST /v5/ad_accounts/{ad_account_id}/events: one request in, one answer and the events taken out.
// Pure: no sockets, no clock; misbehaviour and recording happen around it.

import * as answers from './answers.mjs';
import { faultLine } from './faults.mjs';
import { failure, warning } from './rules.mjs';

/** In test mode Pinterest looks at no more than these first events of a batch (docs/wire-contract.md#test-mode). */
export const TESTED = 20;

/**
 * @typedef {object} EventsRequest
 * @property {string} account  as it stands in the path
 * @property {string|undefined} authorization
 * @property {string|undefined} contentType
 * @property {URLSearchParams} query
 * @property {Uint8Array|null} body  null when it was larger than the limit
 */

/**
 * @typedef {object} Setup
 * @property {string} token
 * @property {string} account           the one the token may use
 * @property {string[]} foreignAccounts accounts that exist but are someone else's
 * @property {number} maxBytes
 * @property {(body: unknown) => import('./faults.mjs').Fault[]} check  schema.mjs
 */

/**
 * @param {EventsRequest} request
 * @param {Setup} setup
 * @param {number} now  unix seconds
 * @param {{ids?: string[], status?: 200|422}} partial  events made to fail though they are good
 * @returns {{answer: import('./answers.mjs').Answer, events: object[], taken: object[], test: boolean,
 *   error: string|null}}  events: all of the request, as far as it could be read; error: every reason for refusal
 */
export function decide(request, setup, now, partial = {}) {
  const refuse = (answer, error = answer.body.message) => ({ answer, events: [], taken: [], test: false, error });

  if (request.authorization !== `Bearer ${setup.token}`) return refuse(answers.unauthorized());
  if (!/^\d{1,18}$/.test(request.account)) {
    return refuse(answers.invalid(`'${request.account}' does not match '^\\d+$'`));
  }
  if (setup.foreignAccounts.includes(request.account)) return refuse(answers.forbidden());
  if (request.account !== setup.account) return refuse(answers.unknownAccount());

  const query = readQuery(request.query);
  if (query.fault !== null) return refuse(answers.invalid(query.fault));
  if (request.body === null) return refuse(answers.tooLarge(setup.maxBytes));
  if (!/^application\/json\s*(;|$)/i.test(request.contentType ?? '')) {
    return refuse(answers.invalid('the Content-Type must be application/json'));
  }
  const parsed = readJson(request.body);
  if (parsed.fault !== null) return refuse(answers.invalid(parsed.fault));

  const faults = setup.check(parsed.value);
  if (faults.length > 0) {
    const answer = answers.invalid(faults[0].message);
    return { ...refuse(answer, faults.map(faultLine).join('; ')), events: eventsIn(parsed.value), test: query.test };
  }
  return judge(parsed.value.data, query.test, now, partial);
}

/** The events of a body that may have any shape. */
export function eventsIn(body) {
  return Array.isArray(body?.data) ? body.data : [];
}

/** The body as JSON, or why it is none. */
export function readJson(bytes) {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), fault: null };
  } catch (error) {
    return { value: null, fault: error instanceof SyntaxError ? 'the body is not JSON' : 'the body is not UTF-8' };
  }
}

// An unknown parameter is refused: `is_test`, say, would otherwise record a test as a sale.
function readQuery(query) {
  for (const key of query.keys()) {
    if (key !== 'test') return { fault: `unknown query parameter '${key}'` };
  }
  const [value = 'false', ...more] = query.getAll('test');
  if (more.length > 0 || !['true', 'false'].includes(value)) return { fault: `'test' must be true or false, once` };
  return { test: value === 'true', fault: null };
}

function judge(events, test, now, partial) {
  const reasons = events.map((event, index) => {
    if (test && index >= TESTED) return `Only the first ${TESTED} events of a test request are processed.`;
    if (partial.ids?.includes(event.event_id)) return 'The event could not be processed.';
    return failure(event, now);
  });
  const entries = events.map((event, index) => {
    const reason = reasons[index];
    if (reason !== null) return { status: 'failed', error_message: reason, warning_message: '' };
    return { status: 'processed', error_message: '', warning_message: warning(event) };
  });
  const spoiled = reasons.some((reason, index) => reason !== null && !(test && index >= TESTED));
  const lines = reasons.map((reason, index) => (reason === null ? null : `data[${index}]: ${reason}`));
  const error = lines.filter((line) => line !== null).join('; ');
  return {
    answer: answers.perEvent(entries, spoiled ? (partial.status ?? 422) : 200),
    events,
    taken: events.filter((_, index) => reasons[index] === null),
    test,
    error: error === '' ? null : error,
  };
}
