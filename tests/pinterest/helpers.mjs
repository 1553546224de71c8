// What the tests of the stand-in share: a good event to spoil, and calls as the extension's sender makes them.

import { after } from 'node:test';

import { startStandin } from '../support/pinterest/index.mjs';

export const NOW = 1_795_000_000;
export const HASH = '836f82db99121b3481011f16b49dfa5fbc714a0d1b1b9f784a1ebbbf5b39577f';

/** A checkout that nothing is wrong with; the overrides replace whole members. */
export function checkout(overrides = {}) {
  return {
    event_name: 'checkout',
    action_source: 'web',
    event_time: NOW,
    event_id: 'order-1001',
    event_source_url: 'https://shop.example/checkout/order-received/1001/',
    language: 'en',
    user_data: {
      em: [HASH],
      external_id: [HASH],
      client_ip_address: '203.0.113.9',
      client_user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0',
      click_id: 'dj0yJnU9b2JDcF',
    },
    custom_data: {
      value: '35.40',
      currency: 'EUR',
      order_id: '1001',
      num_items: 3,
      content_ids: ['17'],
      contents: [{ id: '17', item_name: 'Blue cup', item_price: '11.80', quantity: 3 }],
    },
    ...overrides,
  };
}

export function manyCheckouts(count) {
  return Array.from({ length: count }, (_, index) => checkout({ event_id: `order-${index}` }));
}

/** Starts a stand-in whose clock stands at NOW, and stops it after the tests of the file. */
export async function standinForFile(options = {}) {
  const standin = await startStandin({ now: () => NOW * 1000, ...options });
  after(() => standin.stop());
  return standin;
}

/**
 * One request to the events endpoint.
 * @returns {Promise<{status: number, headers: Headers, text: string, body: any}>} body: undefined when no JSON
 */
export async function post(standin, body, { account = standin.account, query = '', headers = {} } = {}) {
  const response = await fetch(`${standin.apiBase}/ad_accounts/${account}/events${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${standin.token}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Some answers are no JSON on purpose.
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** Events, wrapped as the endpoint wants them. */
export function postEvents(standin, events, options) {
  return post(standin, { data: events }, options);
}
