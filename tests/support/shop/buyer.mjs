// A shopper without a browser: fills a cart and checks out through the Store API, as an app or a headless shop does.
// For tests that need many orders and no page.

export const ADDRESS = Object.freeze({
  first_name: 'Ottilie',
  last_name: 'Quarrington',
  address_1: 'Kolberger Winkel 17',
  city: 'Eberswalde',
  postcode: '16225',
  country: 'DE',
  email: 'ottilie.quarrington@example.org',
  phone: '030 7719462',
});

/**
 * @param {string} url       of any of the shop's web servers
 * @param {number} product   its id
 * @returns {Promise<{buy(gateway?: string): Promise<number>}>}  buy() gives the order's id; the session is kept
 */
export async function newBuyer(url, product) {
  const cookies = new Map();
  let nonce = '';

  async function call(method, path, body) {
    const answer = await fetch(`${url}/wp-json/wc/store/v1${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        Nonce: nonce,
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Shopper',
      },
      body: body && JSON.stringify(body),
    });
    nonce = answer.headers.get('Nonce') ?? nonce;
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
    }
    return JSON.parse(text);
  }

  await call('GET', '/cart');
  return {
    async buy(gateway = 'cod') {
      await call('POST', '/cart/add-item', { id: product, quantity: 1 });
      const order = await call('POST', '/checkout', { billing_address: ADDRESS, payment_method: gateway });
      return Number(order.order_id);
    },
  };
}
