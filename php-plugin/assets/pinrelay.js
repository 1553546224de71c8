/*
 * Pinrelay's browser half; Storefront/BaseTag.php says what it reads, keeps and offers.
 * Pinterest's library may never arrive.
 */
(() => {
  'use strict';

  const DAY = 86400;
  const YEAR = 365 * DAY;
  const MOST_FIRED = 100;

  const early = window.pinrelay || {};
  // Run twice; the stub has a queue.
  if (early.consent && !early.queue) {
    return;
  }
  const held = [];
  let settleLibrary;
  // Whether Pinterest's library has taken over the queue.
  const libraryTakes = new Promise((resolve) => {
    settleLibrary = resolve;
  });
  let page;
  let begun;
  let agreed;
  let waited;
  // Of the page's events.
  let ids = [];
  let fired = [];

  // Consent tools leave empty copies.
  function facts(id) {
    for (const element of document.querySelectorAll('#' + id)) {
      try {
        return JSON.parse(element.textContent);
      } catch {}
    }
    return null;
  }

  const own = (name) => `pinrelay_${page.scope || ''}${name}`;

  const hex = (byte) => (byte + 256).toString(16).slice(1);

  // Not crypto.randomUUID, which http has not.
  const uuid = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), hex)
      .join('')
      .replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-');

  const cookies = () => document.cookie.split('; ').map((pair) => pair.split(/=(.*)/));

  const cookie = (wanted) => (cookies().find(([name]) => name === wanted) || [])[1] || '';

  function setCookie(name, value, seconds) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `${name}=${value}; Max-Age=${seconds}; Path=${page.path}; SameSite=Lax${secure}`;
  }

  function visitor() {
    const known = cookie(own('vid'));
    const id = /^[0-9a-f-]{36}$/.test(known) ? known : uuid();
    // Again: some browsers keep it for a week only.
    setCookie(own('vid'), id, YEAR);
    return id;
  }

  // Storage may be denied or full.
  function stored(kind, name, value) {
    try {
      return value === undefined ? window[kind].getItem(own(name)) : window[kind].setItem(own(name), value);
    } catch {
      return '';
    }
  }

  function isFired(id) {
    try {
      fired = JSON.parse(stored('localStorage', 'fired')) || fired;
    } catch {}
    return fired.includes(id);
  }

  function setFired(id) {
    if (!isFired(id)) {
      fired = fired.concat(id).slice(-MOST_FIRED);
      stored('localStorage', 'fired', JSON.stringify(fired));
    }
  }

  // Without locks (http) two tabs may send the same id.
  function alone(work, name = 'pinrelay') {
    if (navigator.locks) {
      navigator.locks.request(name, work);
    } else {
      work();
    }
  }

  // To the next address where not the shop itself has answered.
  async function send(addresses, body, isEnough = () => false) {
    // Firewalls let no other text pass.
    const headers = { 'Content-Type': 'application/json' };
    const options = { method: 'POST', body: JSON.stringify(body), headers, keepalive: true };
    for (const url of addresses.filter(Boolean)) {
      const answer = await fetch(url, options).catch(() => ({ status: 0 }));
      const isOwn = answer.headers && answer.headers.has('X-Pinrelay');
      if (isOwn || isEnough(answer.status)) {
        return isOwn && answer;
      }
    }
    return null;
  }

  // Kept until the shop has answered: banners load the page anew.
  async function withdraw(id) {
    stored('localStorage', 'taken_back', id);
    const answer = await send([page.withdraw, page.collect], { visitor: id });
    if (answer && answer.ok) {
      stored('localStorage', 'taken_back', '');
    }
  }

  function collect(events) {
    if (!page.collect || !agreed || !events.length) {
      return;
    }
    const addresses = [page.collect, page.fallback];
    if (stored('sessionStorage', 'fallback')) {
      addresses.reverse();
    }
    // A server out of breath must not be asked to boot WordPress.
    send(addresses, { url: location.href, language: page.language, events }, (status) => {
      const isOver = status === 0 || status > 499;
      isOver || stored('sessionStorage', 'fallback', '1');
      return isOver;
    });
  }

  // A data layer adds new values to old ones.
  function call(...what) {
    const [command, name, data] = what;
    if (page.library) {
      window.pintrk(...what);
    } else if (page.tag && command === 'track') {
      const layer = (window.dataLayer = window.dataLayer || []);
      const { event_id } = data;
      layer.push({ pinrelay: null }, { event: 'pinrelay', event_id, pinrelay: { event_name: name, ...data } });
    }
  }

  const tag = (name, event_id, data) => call('track', name, { event_id, ...data });

  function tellPage() {
    const toServer = [];
    page.events.forEach((event, at) => {
      // A reload is no second checkout, unless a banner made it.
      const once = event.once && JSON.stringify(event);
      if (once && !ids[at] && once === stored('sessionStorage', 'once')) {
        return;
      }
      stored('sessionStorage', 'once', once);
      const id = (ids[at] = ids[at] || uuid());
      if (event.call) {
        tag(event.call[1], id, event.call[2]);
      }
      if (event.facts) {
        toServer.push({ id, facts: event.facts, signature: event.signature });
      }
    });
    collect(toServer);
  }

  function tagData({ lead_type, video_title, property, search_string, product_ids }) {
    const ids = product_ids && [].concat(product_ids);
    return {
      lead_type,
      video_title,
      property,
      search_query: search_string,
      order_quantity: ids && ids.length,
      line_items: ids && ids.map((id) => ({ product_id: String(id), product_quantity: 1 })),
    };
  }

  function track(name, given) {
    const id = uuid();
    const data = { ...given };
    tell(() => {
      const [toTag, toServer] = page.track[name] || [];
      if (toTag) {
        tag(name.replace(/_/g, ''), id, tagData(data));
      }
      if (toServer) {
        collect([{ id, name, data, ...page.permit }]);
      }
    });
    return id;
  }

  function load(src, id) {
    const script = document.createElement('script');
    script.id = id;
    script.src = src;
    script.nonce = (document.querySelector('script[nonce]') || script).nonce;
    document.head.appendChild(script);
    return script;
  }

  // Of the page before where its visitor agrees only now.
  function claimPurchase() {
    if (page.order && /=wc_\w/.test(location.search + (waited ? document.referrer : ''))) {
      load(page.order.script, 'pinrelay-order').onload = () =>
        window.pinrelayOrder({ page, waited, call, send, alone, isFired, setFired, libraryTakes, mayTell: () => agreed });
    }
  }

  function decode(value) {
    try {
      const [name, data] = JSON.parse(atob(value.replace(/-/g, '+').replace(/_/g, '/')));
      return data.event_id ? { name, data } : null;
    } catch {
      return null;
    }
  }

  function fireCookie([cookie, value]) {
    setCookie(cookie, '', 0);
    const event = decode(value);
    if (event && !isFired(event.data.event_id)) {
      setFired(event.data.event_id);
      tag(event.name, event.data.event_id, event.data);
    }
  }

  const waiting = () => cookies().filter(([name]) => name.startsWith(own('e_')));

  // In the tab in which the visitor acts.
  function look() {
    applyConsent();
    if (agreed && document.visibilityState === 'visible' && waiting().length > 0) {
      alone(() => waiting().forEach(fireCookie));
    }
  }

  function listen() {
    window.addEventListener('pageshow', look);
    document.addEventListener('visibilitychange', look);
    document.body.addEventListener('wc-blocks_added_to_cart', look);
    if (window.jQuery) {
      window.jQuery(document.body).on('added_to_cart', look);
    }
    // Else the next page fires; a call here would be cut off.
    if (!page.leaves) {
      window.cookieStore && window.cookieStore.addEventListener('change', look);
      // Not every theme has an event.
      document.addEventListener('click', () => [500, 1500, 4000, 8000].forEach((after) => setTimeout(look, after)), true);
    }
  }

  // Others may have called it before.
  function beginTag() {
    const pintrk = (window.pintrk = window.pintrk || ((...what) => window.pintrk.queue.push(what)));
    pintrk.queue = pintrk.queue || [];
    pintrk.version = pintrk.version || '3.0';
    const others = pintrk.queue.splice(0);
    page.withdraw && call('setconsent', true);
    call('load', page.tag);
    others.forEach((one) => pintrk(...one));
  }

  function loadLibrary() {
    const stub = window.pintrk;
    const queued = stub.queue.length;
    // Blockers' empty scripts leave the queue as it is.
    const isTaken = () => window.pintrk !== stub || stub.queue.length < queued || stub.queue.push !== [].push;
    const library = load(page.library, 'pinrelay-library');
    library.onload = () => setTimeout(() => settleLibrary(isTaken()), 2000);
    library.onerror = () => settleLibrary(false);
  }

  async function hash(text) {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), hex).join('');
  }

  // Without the answer nothing is sent.
  const limits = () =>
    new Promise((resolve) => {
      load(page.limits.script, 'pinrelay-limited').onload = () => resolve(window.pinrelayLimits(page));
    });

  async function begin() {
    const id = visitor();
    const click = new URLSearchParams(location.search).get('epik');
    if (click && /^[\w.~=+/-]+$/.test(click)) {
      setCookie('_epik', click, YEAR);
    }
    page.library && beginTag();
    agreed = true;
    const keys = (await facts('pinrelay-match')) || (page.limits && (await limits())) || {};
    if (crypto.subtle) {
      keys.external_id = await hash(id);
    }
    call('set', keys);
    call('page');
    tellPage();
    claimPurchase();
    look();
    page.library && loadLibrary();
  }

  // As Consent/ApiCookies.php: the API's script may never come.
  function consentType() {
    const { wp_consent_type: type, consent_api: api = {} } = window;
    return String((type === undefined && !api.waitfor_consent_hook ? api.consent_type : type) || '');
  }

  const isOptOut = (type) => /optout/.test(type);

  function allowedByCookies() {
    const word = cookie(`${page.prefix}_marketing`);
    return word ? word === 'allow' : isOptOut(consentType());
  }

  // For this service, or by a banner's function.
  function isVetoed() {
    try {
      return (
        /pin(terest|relay)[^"]*":(false|null|0|"")/i.test(decodeURIComponent(cookie(`${page.prefix}_consented_services`))) ||
        !(window.wp_has_consent || (() => cookie(own('consent_type')) !== 'deny'))('marketing')
      );
    } catch {
      return false;
    }
  }

  const allowedByApi = () => page.prefix && allowedByCookies() && !isVetoed();

  // For the server: what no cookie tells it.
  function keepType() {
    const type = consentType();
    const kept = cookie(own('consent_type'));
    const isDenied = allowedByCookies() && isVetoed();
    const next = isDenied ? 'deny' : isOptOut(type || kept) ? 'optout' : 'optin';
    if (kept !== next && (kept || isDenied || (type && isOptOut(type + (window.consent_api || {}).consent_type)))) {
      setCookie(own('consent_type'), next, DAY);
    }
  }

  // Asked each time: a banner may be open.
  function allowed() {
    return !/([^u]bot|(crawl|spider|headless)\w*)\/|\+https?:\/\//i.test(navigator.userAgent) && {
      off: () => true,
      wp_consent_api: allowedByApi,
      filter: () => cookie(own('consent')) === '1',
    }[page.consent]();
  }

  function applyConsent() {
    if (!page) {
      return;
    }
    const agrees = !!allowed();
    page.prefix && keepType();
    if (begun && agrees !== agreed) {
      agreed = agrees;
      call('setconsent', agrees);
      if (agrees) {
        visitor();
      } else {
        withdraw(visitor());
        cookies().forEach(([name]) => RegExp(`^(_epik|${own('(vid|e_|ldp)')})`).test(name) && setCookie(name, '', 0));
        stored('localStorage', 'fired', '[]');
        stored('sessionStorage', 'once', '');
      }
    }
    release();
  }

  function consent(agrees) {
    early.agrees = agrees;
    if (page) {
      setCookie(own('consent'), agrees ? 1 : 0, YEAR);
      applyConsent();
    }
  }

  async function release() {
    if (page && allowed()) {
      begun = begun || begin();
      await begun;
      held.splice(0).forEach((work) => work());
    }
  }

  function tell(work) {
    held.push(work);
    release();
  }

  function start() {
    page = facts('pinrelay-page');
    if (!page) {
      // Consent tools may hold it back, too.
      new MutationObserver((changes, observer) => {
        if (!page && facts('pinrelay-page')) {
          observer.disconnect();
          start();
        }
      }).observe(document, { childList: true, subtree: true });
      return;
    }
    const late = page.withdraw && stored('localStorage', 'taken_back');
    late && withdraw(late);
    const [url, ...before] = (stored('sessionStorage', 'agreed') || '').split(' ');
    url && stored('sessionStorage', 'agreed', '');
    ids = url === location.href ? before : [];
    if (!allowed()) {
      waited = true;
      // Banners load the page anew.
      const leave = () => allowed() && stored('sessionStorage', 'agreed', [location.href, ...ids].join(' '));
      window.addEventListener('pagehide', leave);
    }
    if ('agrees' in early) {
      consent(early.agrees);
    }
    look();
    listen();
  }

  // Prerendered or in the background is no visit yet.
  function whenShown(work) {
    if (!document.prerendering && document.visibilityState === 'visible') {
      work();
    } else {
      const change = document.prerendering ? 'prerenderingchange' : 'visibilitychange';
      document.addEventListener(change, () => whenShown(work), { once: true });
    }
  }

  window.pinrelay = { track, consent };
  (early.queue || []).forEach((args) => track(...args));
  ['wp_listen_for_consent_change', 'wp_consent_type_defined', 'wp_consent_api_status_change_service'].forEach((name) =>
    document.addEventListener(name, applyConsent),
  );

  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => whenShown(start));
  } else {
    whenShown(start);
  }
})();
