// A storefront of one page for the browser script's tests: prints what Storefront\BaseTag and EventCookies print, answers
// claims as Storefront\Claim does, and serves the plugin's scripts as they are. Pinterest's side is the stand-in.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const asset = (name) => readFileSync(new URL(`../../../php-plugin/assets/${name}`, import.meta.url), 'utf8');
export const SCRIPT = asset('pinrelay.js');
const SCRIPTS = { '/pinrelay.js': SCRIPT, '/order.js': asset('order.js'), '/limited.js': asset('limited.js') };

const TAG_ID = '2612345678901';
const STUB =
  'window.pintrk=window.pintrk||function(){window.pintrk.queue.push(Array.prototype.slice.call(arguments))};' +
  "window.pintrk.queue=window.pintrk.queue||[];window.pintrk.version=window.pintrk.version||'3.0';";
const OWN_STUB =
  'window.pinrelay=window.pinrelay||{queue:[],track:function(){window.pinrelay.queue.push(arguments)},' +
  'consent:function(agrees){window.pinrelay.agrees=agrees}};';

export const PERMIT = { facts: '{"track":["lead","custom"]}', signature: 'signed, too' };

/** Every script of the page, as [whole, attributes, text]. */
const SCRIPT_TAG = /<script([^>]*)>([\s\S]*?)<\/script>/g;
const isInline = (attributes) => !/src=|json/.test(attributes);
const isOurs = (attributes) => attributes.includes('/pinrelay.js');

/** What consent tools and optimisers do to the scripts of a page. Each gives the page anew. */
export const TOOLS = {
  /** Inline scripts wait for consent, and are put in again long after the page is there. */
  'inline scripts are held back and restored after load': (html) =>
    `${html.replace(SCRIPT_TAG, (all, attributes, text) => (isInline(attributes) ? `<script type="text/plain" data-held>${text}</script>` : all))}
    <script nonce="n">window.restore = () => document.querySelectorAll('[data-held]').forEach((held) => {
      const script = document.createElement('script'); script.nonce = 'n'; script.text = held.text; held.replaceWith(script);
    });</script>`,
  'inline scripts are taken out': (html) => html.replace(SCRIPT_TAG, (all, attributes) => (isInline(attributes) ? '' : all)),
  'our file waits for the visitor to do something': (html) =>
    html.replace(SCRIPT_TAG, (all, attributes) => (isOurs(attributes) ? LATER : all)),
  'our file runs twice': (html) =>
    html.replace(SCRIPT_TAG, (all, attributes) => (isOurs(attributes) ? `${all}<script src="/pinrelay.js?again" async></script>` : all)),
  'our file is merged with others into one that is inline': (html) =>
    html
      .replace(SCRIPT_TAG, (all, attributes) => (isOurs(attributes) || isInline(attributes) ? '' : all))
      .replace('</body>', () => `<script>var others = 1;${SCRIPT};var more = 2;</script></body>`),
  'our file comes first and the facts behind it, late': (html) =>
    html.replace(SCRIPT_TAG, (all, attributes) => {
      const text = JSON.stringify(all).replace(/<\/script/g, '<\\/script');
      return isOurs(attributes) ? all.replace('defer', 'async') : !attributes.includes('page') ? all : `<script>setTimeout(() => {
        const box = document.createElement('div'); box.innerHTML = ${text}; document.body.append(box); }, 700)</script>`;
    }),
  'an empty copy of the facts stays behind': (html) =>
    html.replace('<script type="application/json"', '<script type="text/plain" id="pinrelay-page"></script>$&'),
};

/** The events that optimisers wait for, and the next moment. */
const LATER = `<script nonce="n">addEventListener('pointerdown', () => setTimeout(() => {
  const script = document.createElement('script'); script.src = '/pinrelay.js'; document.head.append(script); }, 50), { once: true });</script>`;

/** The name and value of a cookie as EventCookies sends it. */
export function eventCookie(id = randomUUID()) {
  const data = { event_id: id, value: 12.5, currency: 'EUR', order_quantity: 1, line_items: [{ product_id: '16' }] };
  const value = Buffer.from(JSON.stringify(['addtocart', data])).toString('base64url');
  return { id, name: `pinrelay_e_${id.slice(0, 8)}`, value };
}

/** What Claim answers. */
export function purchase(id = randomUUID()) {
  const calls = [
    ['set', { em: 'a'.repeat(64) }],
    ['track', 'checkout', { event_id: id, value: 20, currency: 'EUR', order_id: '7', order_quantity: 1 }],
  ];
  return { calls, report: '/browser', token: '7.token' };
}

/** A page of the order whose browser half this is. */
export const pageOf = (half) => ({ half: JSON.stringify(half), key: `wc_order_${half.calls[1][2].event_id.slice(0, 8)}` });

/** The page visit as BaseTag prints it. */
export const VISIT = {
  call: ['track', 'pagevisit', { line_items: [{ product_id: '16' }] }],
  facts: '{"event_name":"page_visit"}',
  signature: 'signed',
};

/**
 * @param {string} library address of Pinterest's script
 * @returns {Promise<object>} `url`; `posts` [{path, body, cookies}] of what the script handed in; `answers` by path, the
 *   status of each address, `{status, own}` where it is our own answer; `halves` by key what a claim gets; every other path
 *   is a page. A page's query says what it holds: `set` cookies (name=value), `half` JSON for its `key`, `events` JSON in
 *   place of one page visit, `notag`, `noserver`, `head` HTML, `csp` a policy, `consent` a mode, `prefix`, `gtm`, `leaves`, `limits`,
 *   `facts` in place of what is true, `tool` one of TOOLS,
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
      // As the usual rules of web application firewalls: of what a script may send only forms and JSON.
      if (request.headers['content-type'] !== 'application/json') {
        response.writeHead(403).end('Forbidden by the firewall');
        return;
      }
      posts.push({ path: pathname, body: JSON.parse(body), cookies: request.headers.cookie ?? '' });
      const answer = storefront.answers[pathname] ?? { status: 204, own: true };
      const half = answer.own && pathname.includes('claim') && storefront.halves[JSON.parse(body).key];
      const status = half ? 200 : (answer.status ?? answer);
      response.writeHead(status, answer.own ? { 'x-pinrelay': '1' } : {}).end(half || '');
      return;
    }
    const cookies = searchParams.getAll('set');
    if (cookies.length > 0) {
      response.setHeader('set-cookie', cookies.map((cookie) => `${cookie}; Max-Age=600; Path=/; SameSite=Lax`));
    }
    if (searchParams.has('half')) {
      storefront.halves[searchParams.get('key')] = searchParams.get('half');
    }
    if (SCRIPTS[pathname]) {
      response.setHeader('content-type', 'text/javascript');
      response.end(SCRIPTS[pathname]);
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
    halves: {},
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
  const facts = {
    tag: wish.has('notag') ? null : TAG_ID,
    library: wish.has('notag') || usesGtm ? null : library,
    path: '/',
    consent: wish.get('consent') ?? 'off',
    prefix: wish.get('prefix') ?? (wish.get('consent') === 'wp_consent_api' ? 'wp_consent' : ''),
    withdraw: wish.has('consent') ? '/withdraw' : null,
    leaves: wish.has('leaves'),
    limits: wish.has('limits') ? { script: '/limited.js', states: ['US-CA', 'CA'], ask: ['/place'] } : null,
    collect: serves ? '/collect.php?s=1' : null,
    fallback: serves ? '/rest-collect' : null,
    order: { script: '/order.js', claim: ['/claim', '/ajax-claim'], pay: 'zahlen' },
    events: JSON.parse(wish.get('events') ?? JSON.stringify([VISIT])),
    permit: PERMIT,
    track: { lead: [true, true], signup: [true, false], custom: [false, true] },
  };
  const html = `<!doctype html><html><head><title>Shop</title>
<script nonce="n">${wish.has('notag') || usesGtm ? '' : STUB}</script><script nonce="n">${OWN_STUB}</script>${wish.get('head') ?? ''}
<script type="application/json" id="pinrelay-page">${wish.get('facts') ?? JSON.stringify(facts)}</script>
<script nonce="n" src="/pinrelay.js" defer></script></head><body><button>Add</button>
${wish.has('match') ? `<script type="application/json" id="pinrelay-match">${wish.get('match')}</script>` : ''}
</body></html>`;
  return (TOOLS[wish.get('tool')] ?? String)(html);
}
