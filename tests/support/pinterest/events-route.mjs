// The events endpoint as it meets the network: reads a request, lets events-endpoint.mjs decide, records, and answers
// as well or as badly as it was told to.

import { setTimeout as wait } from 'node:timers/promises';

import * as answers from './answers.mjs';
import { decide, eventsIn, readJson } from './events-endpoint.mjs';
import { bytesOf, readBody, send } from './http.mjs';

// Modes that refuse before any event is looked at.
const REFUSALS = {
  429: (spec) => answers.limited(spec),
  500: (spec) => answers.broken(spec.retry_after),
  503: (spec) => answers.rampedDown(spec.retry_after),
  unauthorized: () => answers.unauthorized(),
  forbidden: () => answers.forbidden(),
  html: (spec) => answers.page(spec.status),
};

/**
 * @param {{setup: import('./events-endpoint.mjs').Setup, records: import('./records.mjs').Records,
 *   misbehaviour: import('./misbehave.mjs').Misbehaviour, now: () => number}} parts  now: milliseconds
 * @returns a route: (request, response, url, account) => Promise<void>
 */
export function eventsRoute({ setup, records, misbehaviour, now }) {
  return async (request, response, url, account) => {
    const body = await readBody(request, setup.maxBytes);
    const spec = misbehaviour.take();
    if (spec.ms > 0) await wait(spec.ms, undefined, { ref: false });

    const at = now();
    const note = (status, events, error) =>
      records.add('requests', { at_ms: at, status, events, bytes: body?.length ?? null, error });
    const unread = () => (body === null ? 0 : eventsIn(readJson(body).value).length);

    if (spec.mode === 'hang') return note(null, unread(), 'told to hang');
    if (spec.mode in REFUSALS) {
      const answer = REFUSALS[spec.mode](spec);
      note(answer.status, unread(), answer.body.message ?? 'a page instead of an answer');
      return send(response, answer);
    }

    const asked = {
      account,
      authorization: request.headers.authorization,
      contentType: request.headers['content-type'],
      query: url.searchParams,
      body,
    };
    const partial = spec.mode === 'partial' ? spec : {};
    const { answer, events, taken, test, error } = decide(asked, setup, Math.floor(at / 1000), partial);
    for (const event of taken) {
      const { event_name, event_id } = event;
      records.add('server', { received_at_ms: at, event_name, event_id, account, test, event });
    }
    note(answer.status, events.length, error);
    reply(response, answer, spec.mode);
  };
}

function reply(response, answer, mode) {
  if (mode === 'drop') return sendHalf(response, answer);
  if (mode === 'garbage') return send(response, { ...answer, status: 200, body: '{"num_events_received":' });
  if (mode === 'short' && answer.status === 200) {
    return send(response, { ...answer, body: { ...answer.body, events: answer.body.events.slice(1) } });
  }
  send(response, answer);
}

function sendHalf(response, { status, headers, body }) {
  const bytes = bytesOf(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  // Closed only once the half is out: the client must see an answer begin and end too early.
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}
