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
const OWN_STUB =
  'window.pinrelay=window.pinrelay||{queue:[],track:function(){window.pinrelay.queue.push(arguments)},' +
  'consent:function(agrees){window.pinrelay.agrees=agrees}};';
const GTM =
  'window.pinrelayGtm=function(command,name,data){if(command==="track"){var layer=window.dataLayer=window.dataLayer||[];' +
  'layer.push({pinrelay:null},{event:"pinrelay",event_id:data.event_id,pinrelay:Object.assign({event_name:name},data)})}};';

/** The name and value of a cookie as EventCookies sends it. */
export function eventCookie(id = randomUUID()) {
  const data = { event_id: id, value: 12.5, currency: 'EUR', order_quantity: 1, line_items: [{ product_id: '16' }] };
  const value = Buffer.from(JSON.stringify(['addtocart', data])).toString('base64url');
  return { id, name: `pinrelay_e_${id.slice(0, 8)}`, value };
}

/** What PurchaseTag prints. */
export function purchase(id = randomUUID()) {
  const calls = [
    ['set', { em: 'a'.repeat(64) }],
    ['track', 'checkout', { event_id: id, value: 20, currency: 'EUR', order_id: '7', order_quantity: 1 }],
  ];
  return { calls, report: '/browser', token: '7.token' };
}

/** The page visit as BaseTag prints it. */
export const VISIT = {
  call: ['track', 'pagevisit', { line_items: [{ product_id: '16' }] }],
  facts: '{"event_name":"page_visit"}',
  signature: 'signed',
};

/**
 * @param {string} library address of Pinterest's script
 * @returns {Promise<object>} `url`; `posts` [{path, body, cookies}] of what the script handed in; `answers` by path, the
 *   status of each door; every other path is a page. A page's query says what it holds: `set` cookies (name=value),
 *   `purchase` JSON, `events` JSON in place of one page visit, `notag`, `noserver`, `head` HTML, `csp` a policy, `consent` a mode, `gtm`,
 *   `match` JSON; `/add`
 *   only sets the cookies
 */
export async function startStorefront(library) {
  const posts = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://storefront');
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      posts.push({ path: pathname, body: JSON.parse(body), cookies: request.headers.cookie ?? '' });
      response.writeHead(storefront.answers[pathname] ?? 204).end();
      return;
    }
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
  const storefront = {
    url: `http://127.0.0.1:${server.address().port}`,
    posts,
    answers: {},
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
  return storefront;
}

function page(library, wish) {
  const serves = !wish.has('noserver');
  const usesGtm = wish.has('gtm');
  const tag = usesGtm ? 'pinrelayGtm' : 'pintrk';
  const facts = {
    tag: wish.has('notag') ? null : tag,
    library: wish.has('notag') || usesGtm ? null : library,
    path: '/',
    consent: wish.get('consent') ?? 'off',
    withdraw: '/withdraw',
    collect: serves ? '/collect.php?s=1' : null,
    fallback: serves ? '/rest-collect' : null,
    events: JSON.parse(wish.get('events') ?? JSON.stringify([VISIT])),
    track: { lead: [true, true], signup: [true, false], custom: [false, true] },
  };
  const buyer = wish.get('purchase');
  return `<!doctype html><html><head><title>Shop</title>
<script nonce="n">${wish.has('notag') ? '' : usesGtm ? GTM : STUB}${OWN_STUB}</script>${wish.get('head') ?? ''}
<script type="application/json" id="pinrelay-page">${JSON.stringify(facts)}</script>
<script nonce="n" src="/pinrelay.js" defer></script></head><body><button>Add</button>
${wish.has('match') ? `<script type="application/json" id="pinrelay-match">${wish.get('match')}</script>` : ''}
${buyer === null ? '' : `<script type="application/json" id="pinrelay-purchase">${buyer}</script>`}
</body></html>`;
}
