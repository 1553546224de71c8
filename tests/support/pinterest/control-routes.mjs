// What tests and the web page ask of the stand-in itself, beside what Pinterest serves.

import { json, readBody, send } from './http.mjs';

export function controlRoutes({ records, misbehaviour, maxBytes }) {
  return {
    records: async (request, response) => send(response, json(200, records.snapshot())),
    reset: async (request, response) => {
      records.reset();
      send(response, json(200, { message: 'empty' }));
    },
    misbehave: async (request, response) => {
      const body = await readBody(request, maxBytes);
      try {
        misbehaviour.set(JSON.parse(String(body)));
        send(response, json(200, misbehaviour.current));
      } catch (error) {
        send(response, json(400, { message: error.message }));
      }
    },
  };
}
