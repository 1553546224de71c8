// A shopper's three requests that matter, each timed to its first byte: an AJAX add to cart, the checkout, and the
// thank-you page. Plain HTTP over one connection, since a browser's own work would be noise.

import http from 'node:http';

import { ADDRESS } from '../../tests/support/shop/buyer.mjs';

export const STEPS = ['AJAX add to cart', 'checkout POST', 'thank-you page'];

/**
 * @param {string} base     the shop's address
 * @param {number} product  what he buys
 * @param {string} name     of this visit
 * @returns {Promise<Record<string, number>>} milliseconds to the first byte, by step
 */
export async function visit(base, product, name) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const cookies = new Map();

  function ask(method, path, { headers = {}, body = '', step } = {}) {
    return new Promise((resolve, reject) => {
      const at = process.hrtime.bigint();
      const request = http.request(new URL(path, base), {
        agent,
        method,
        headers: {
          'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Shopper',
          'Content-Length': Buffer.byteLength(body),
          Cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; '),
          ...(step && { 'X-Measure': `${name} ${step}` }),
          ...headers,
        },
      });
      request.once('error', reject);
      request.once('response', (answer) => {
        const ms = Number(process.hrtime.bigint() - at) / 1e6;
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [, key, value] = /^([^=]+)=([^;]*)/.exec(line);
          cookies.set(key, value);
        }
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.once('end', () =>
          answer.statusCode < 300
            ? resolve({ ms, text, headers: answer.headers })
            : reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`)),
        );
      });
      request.end(body);
    });
  }

  try {
    const added = await ask('POST', '/?wc-ajax=add_to_cart', {
      step: STEPS[0],
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `product_id=${product}&quantity=1`,
    });
    const cart = await ask('GET', '/wp-json/wc/store/v1/cart');
    const order = await ask('POST', '/wp-json/wc/store/v1/checkout', {
      step: STEPS[1],
      headers: { 'Content-Type': 'application/json', Nonce: cart.headers.nonce },
      body: JSON.stringify({ billing_address: ADDRESS, payment_method: 'cod' }),
    });
    const thanks = new URL(JSON.parse(order.text).payment_result.redirect_url);
    const received = await ask('GET', thanks.pathname + thanks.search, { step: STEPS[2] });
    return { [STEPS[0]]: added.ms, [STEPS[1]]: order.ms, [STEPS[2]]: received.ms };
  } finally {
    agent.destroy();
  }
}
