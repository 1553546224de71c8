// The stand-in of Pinterest: its API's events endpoint, its tag library, and a view on what both received.
// startStandin() is the whole interface for tests in the same process; server.mjs is the command.

import { createServer } from 'node:http';

import { controlRoutes } from './control-routes.mjs';
import { eventsRoute } from './events-route.mjs';
import { json, send } from './http.mjs';
import { Misbehaviour } from './misbehave.mjs';
import { pageRoute } from './page.mjs';
import { Records } from './records.mjs';
import { bodyCheck, openApiFile } from './schema.mjs';
import { coreRoute, preflightRoute, recordRoute } from './tag-routes.mjs';

export const DEFAULTS = Object.freeze({
  host: '127.0.0.1',
  port: 0,
  token: 'pina_standin',
  account: '549755885175',
  foreignAccounts: ['549755800000'],
  maxBytes: 4 * 1024 * 1024,
  log: null,
});

const GUARD_MS = 60_000;

/**
 * @param {Partial<typeof DEFAULTS> & {openApi?: string|null, now?: () => number}} options
 *   port 0 picks a free one; foreignAccounts answer 403, any other unknown account 404; log: a file for NDJSON;
 *   openApi: Pinterest's description, found beside the checkout when absent, null to do without; now: unix milliseconds
 * @returns {Promise<{url: string, apiBase: string, tagScriptUrl: string, port: number, token: string, account: string,
 *   records(): object, until(wanted: (records: object) => boolean, guardMs?: number): Promise<object>,
 *   misbehave(spec: import('./misbehave.mjs').Spec): void, reset(): void, stop(): Promise<void>}>}
 *   reset() empties the records; misbehaviour stays as it was set
 */
export async function startStandin(options = {}) {
  const { openApi = openApiFile(), now = Date.now, ...rest } = options;
  const given = { ...DEFAULTS, ...rest };
  const records = new Records({ log: given.log });
  const misbehaviour = new Misbehaviour();
  const setup = {
    token: given.token,
    account: given.account,
    foreignAccounts: given.foreignAccounts,
    maxBytes: given.maxBytes,
    check: bodyCheck(openApi),
  };
  const routes = routesOf({ setup, records, misbehaviour, now, maxBytes: given.maxBytes });
  const server = createServer((request, response) => dispatch(routes, request, response));
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(given.port, given.host, resolve);
  });
  const { port } = server.address();
  const host = given.host.includes(':') ? `[${given.host}]` : given.host;
  const url = `http://${host}:${port}`;
  return {
    url,
    apiBase: `${url}/v5`,
    tagScriptUrl: `${url}/ct/core.js`,
    port,
    token: given.token,
    account: given.account,
    records: () => records.snapshot(),
    until: (wanted, guardMs = GUARD_MS) => records.until(wanted, guardMs),
    misbehave: (spec) => misbehaviour.set(spec),
    reset: () => records.reset(),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await records.close();
    },
  };
}

function routesOf(parts) {
  const control = controlRoutes(parts);
  const page = pageRoute();
  return [
    ['POST', /^\/v5\/ad_accounts\/([^/]*)\/events$/, eventsRoute(parts)],
    ['GET', /^\/ct\/core\.js$/, coreRoute()],
    ['POST', /^\/ct\/record$/, recordRoute(parts)],
    ['OPTIONS', /^\/ct\/record$/, preflightRoute()],
    ['GET', /^\/api\/records$/, control.records],
    ['POST', /^\/api\/reset$/, control.reset],
    ['POST', /^\/api\/misbehave$/, control.misbehave],
    ['GET', /^\/(page\.css|page\.js)?$/, page],
  ];
}

async function dispatch(routes, request, response) {
  try {
    const url = new URL(request.url, 'http://stand-in');
    const here = routes.map(([method, path, act]) => ({ method, act, match: path.exec(url.pathname) }));
    const served = here.filter(({ match }) => match !== null);
    const route = served.find(({ method }) => method === request.method);
    if (route !== undefined) return await route.act(request, response, url, route.match[1] ?? '');
    request.resume();
    const [status, message] = served.length > 0 ? [405, 'Method not allowed.'] : [404, 'Not found.'];
    send(response, json(status, { code: 0, message }));
  } catch (error) {
    // A client that left in the middle of its request is its own business; anything else must be seen.
    if (response.destroyed || request.destroyed) return;
    process.stderr.write(`${error.stack}\n`);
    if (response.headersSent) response.destroy();
    else send(response, json(500, { code: 0, message: 'The stand-in itself failed; see its output.' }));
  }
}
