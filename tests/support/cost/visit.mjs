// A shopper's way through the shop: the front page, a product, an AJAX add to cart, the cart, the checkout, and the
// thank-you page, each timed to its first byte. Plain HTTP over one connection, since a browser's own work would be
// noise.

import { copyFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ADDRESS } from '../shop/buyer.mjs';
import { until } from '../shop/service.mjs';

export const STEPS = ['home page', 'product page', 'AJAX add to cart', 'cart page', 'checkout POST', 'thank-you page'];
const [HOME, PRODUCT, ADD, CART, CHECKOUT, THANKS] = STEPS;

/** measure.php's name for a request. */
const measured = (name, step) => `${name} ${step}`;

/**
 * Lets a shop of startShop() measure its requests.
 *
 * @returns {{base: string, host: string, product: number, cart: string, line: (name: string) => Promise<object>}}
 *     what visit() needs: the address that is asked, the shop's own host as WordPress knows it, what is bought, the
 *     cart's path, and what waits for the line that a request of that name writes
 */
export function measurable(shop) {
  const log = path.join(shop.paths.content, 'measure.log');
  copyFileSync(
    fileURLToPath(new URL('measure.php', import.meta.url)),
    path.join(shop.paths.content, 'mu-plugins/measure.php'),
  );
  const written = (name) => {
    const line = readFileSync(log, 'utf8').split('\n').find((one) => one.startsWith(`{"name":"${name}"`));
    return line && JSON.parse(line);
  };
  return {
    base: shop.url,
    host: new URL(shop.url).host,
    product: shop.products['MUG-1'],
    cart: shop.pages.cart.classic,
    line: (name) => until(`the measure of ${name}`, () => written(name), { guardMs: 600_000, everyMs: 5 }),
  };
}

/**
 * @param {object} shop     as measurable() gives it
 * @param {string} name     of this visit
 * @param {boolean} plugin  whether our plugin takes part
 * @returns {Promise<Record<string, object>>} by step: measure.php's line, and ttfb_ms
 */
export async function visit({ base, host, product, cart, line }, name, plugin) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const cookies = new Map();
  const seen = {};

  function ask(method, where, { headers = {}, body = '', step }) {
    return new Promise((resolve, reject) => {
      const at = process.hrtime.bigint();
      const request = http.request(new URL(where, base), {
        agent,
        method,
        headers: {
          Host: host,
          'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Shopper',
          'Content-Length': Buffer.byteLength(body),
          Cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; '),
          'X-Measure': measured(name, step),
          'X-Pinrelay': plugin ? 'on' : 'off',
          ...headers,
        },
      });
      request.once('error', reject);
      request.once('response', (answer) => {
        const ttfb = Number(process.hrtime.bigint() - at) / 1e6;
        for (const one of answer.headers['set-cookie'] ?? []) {
          const [, key, value] = /^([^=]+)=([^;]*)/.exec(one);
          cookies.set(key, value);
        }
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.once('end', () =>
          answer.statusCode === 200
            ? resolve({ ttfb, text, headers: answer.headers })
            : reject(new Error(`${method} ${where} answered ${answer.statusCode}: ${text.slice(0, 300)}`)),
        );
      });
      request.end(body);
    });
  }

  /** Asks, and waits until the worker is free again: what it does after the answer must not be the next request's wait. */
  async function take(step, method, where, more = {}) {
    const answer = await ask(method, where, { ...more, step });
    seen[step] = { ...(await line(measured(name, step))), ttfb_ms: answer.ttfb };
    return answer;
  }

  try {
    await take(HOME, 'GET', '/');
    await take(PRODUCT, 'GET', '/product/blue-mug/');
    await take(ADD, 'POST', '/?wc-ajax=add_to_cart', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `product_id=${product}&quantity=1`,
    });
    await take(CART, 'GET', cart);
    const held = await take('nonce', 'GET', '/wp-json/wc/store/v1/cart');
    const order = await take(CHECKOUT, 'POST', '/wp-json/wc/store/v1/checkout', {
      headers: { 'Content-Type': 'application/json', Nonce: held.headers.nonce },
      body: JSON.stringify({ billing_address: ADDRESS, payment_method: 'cod' }),
    });
    const thanks = new URL(JSON.parse(order.text).payment_result.redirect_url);
    await take(THANKS, 'GET', thanks.pathname + thanks.search);
    return seen;
  } finally {
    agent.destroy();
  }
}
