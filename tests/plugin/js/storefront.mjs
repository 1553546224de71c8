// A storefront of one page for the browser script's tests: prints what Storefront\BaseTag, PurchaseTag and EventCookies
// print, and serves assets/pinrelay.js as it is. Pinterest's side is the stand-in.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

export const SCRIPT = readFileSync(new URL('../../../php-plugin/assets/pinrelay.js', import.meta.url), 'utf8');

const TAG_ID = '2612345678901';
const STUB =
  'window.pintrk=window.pintrk||function(){window.pintrk.queue.push(Array.prototype.slice.call(arguments))};' +
  "window.pintrk.queue=window.pintrk.queue||[];window.pintrk.version=window.pintrk.version||'3.0';" +
  `pintrk('load',"${TAG_ID}");`;

/** The name and value of a cookie as EventCookies sends it. */
export function eventCookie(id = randomUUID()) {
  const data = { event_id: id, value: 12.5, currency: 'EUR', order_quantity: 1, line_items: [{ product_id: '16' }] };
  const value = Buffer.from(JSON.stringify(['addtocart', data])).toString('base64url');
  return { id, name: `pinrelay_e_${id.slice(0, 8)}`, value };
}

/** Arguments for pintrk() as PurchaseTag prints them. */
export function purchase(id = randomUUID()) {
  return [
    ['set', { em: 'a'.repeat(64) }],
    ['track', 'checkout', { event_id: id, value: 20, currency: 'EUR', order_id: '7', order_quantity: 1 }],
  ];
}

/**
 * @param {string} library address of Pinterest's script
 * @returns {Promise<{url: string, close(): Promise<void>}>} every path is a page; its query says what it holds:
 *   `set` cookies (name=value), `purchase` JSON, `head` HTML, `csp` a policy; `/add` only sets the cookies
 */
export async function startStorefront(library) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://storefront');
    const cookies = searchParams.getAll('set');
    if (cookies.length > 0) {
      response.setHeader('set-cookie', cookies.map((cookie) => `${cookie}; Max-Age=600; Path=/; SameSite=Lax`));
    }
    if (pathname === '/pinrelay.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(SCRIPT);
    } else if (pathname === '/add' || pathname === '/favicon.ico') {
      response.end();
    } else {
      const csp = searchParams.get('csp');
      if (csp !== null) response.setHeader('content-security-policy', csp);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page(library, searchParams));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function page(library, wish) {
  const facts = {
    library,
    path: '/',
    visit: wish.has('novisit') ? null : ['track', 'pagevisit', { line_items: [{ product_id: '16' }] }],
  };
  const buyer = wish.get('purchase');
  return `<!doctype html><html><head><title>Shop</title>${wish.get('head') ?? ''}
<script type="application/json" id="pinrelay-page">${JSON.stringify(facts)}</script>
<script nonce="n">${STUB}</script>
<script nonce="n" src="/pinrelay.js" defer></script></head><body><button>Add</button>
${buyer === null ? '' : `<script type="application/json" id="pinrelay-purchase">${buyer}</script>`}
</body></html>`;
}
