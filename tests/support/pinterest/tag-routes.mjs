// The browser's side of the stand-in: the tag library and where it reports to. The shop is another origin, hence CORS.

import { readFileSync } from 'node:fs';

import { json, readBody, send } from './http.mjs';
import { recordsOf } from './tag-record.mjs';

const CORE = readFileSync(new URL('./web/core.js', import.meta.url), 'utf8');
const ANY_ORIGIN = { 'access-control-allow-origin': '*' };

export function coreRoute() {
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store', ...ANY_ORIGIN };
  return async (request, response) => send(response, { status: 200, headers, body: CORE });
}

export function recordRoute({ records, maxBytes, now }) {
  return async (request, response) => {
    const body = await readBody(request, maxBytes);
    try {
      if (body === null) throw new Error(`the body exceeds ${maxBytes} bytes`);
      const userAgent = request.headers['user-agent'] ?? '';
      for (const record of recordsOf(JSON.parse(body.toString()), now())) {
        records.add('browser', { ...record, user_agent: userAgent });
      }
      response.writeHead(204, ANY_ORIGIN).end();
    } catch (error) {
      send(response, json(400, { message: error.message }, ANY_ORIGIN));
    }
  };
}

export function preflightRoute() {
  const headers = {
    ...ANY_ORIGIN,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type',
  };
  return async (request, response) => response.writeHead(204, headers).end();
}
