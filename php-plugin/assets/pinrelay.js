/*
 * Pinrelay's browser half. What it reads, keeps and offers is written in Storefront/BaseTag.php, to keep this small.
 * Must not assume that Pinterest's library arrives: an ad blocker may keep it away.
 */
(() => {
  'use strict';

  const EVENT = 'pinrelay_e_';
  const VISITOR = 'pinrelay_vid';
  const FIRED = 'pinrelay_fired';
  const FALLBACK = 'pinrelay_fallback';
  const ONCE = 'pinrelay_once';
  const YEAR = 31536000;
  // Pinterest itself drops doubles for two days.
  const MOST_FIRED = 100;
  // The endpoint's own, and no answer at all; anything else is the host's or a firewall's word.
  const OWN_ANSWERS = [0, 204, 400, 413, 429, 503];

  // Only known while the script runs for the first time.
  const nonce = document.currentScript && document.currentScript.nonce;
  const held = [];
  let page;
  let begun;
  let fired = [];
  let purchase;
  let fate;

  function facts(id) {
    const element = document.getElementById(id);
    try {
      return element && JSON.parse(element.textContent);
    } catch (broken) {
      return null;
    }
  }

  const hex = (byte) => (byte + 256).toString(16).slice(1);

  function uuid() {
    if (crypto.randomUUID) {
      return crypto.randomUUID();
    }
    // Old Safari, and shops without https.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return Array.from(bytes, hex).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  function cookies() {
    return document.cookie.split('; ').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
  }

  function setCookie(name, value, seconds) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `${name}=${value}; Max-Age=${seconds}; Path=${page.path}; SameSite=Lax${secure}`;
  }

  function visitor() {
    const known = cookies().find(([name, value]) => name === VISITOR && /^[0-9a-f-]{36}$/.test(value));
    const id = known ? known[1] : uuid();
    // Again on each visit: some browsers keep it for a week only.
    setCookie(VISITOR, id, YEAR);
    return id;
  }

  // Storage may be denied or full; this page's own memory has to do then.
  function recall(storage, key) {
    try {
      return window[storage].getItem(key);
    } catch (denied) {
      return null;
    }
  }

  function keep(storage, key, value) {
    try {
      window[storage].setItem(key, value);
    } catch (denied) {
      // As above.
    }
  }

  function isFirst(id) {
    try {
      fired = JSON.parse(recall('localStorage', FIRED)) || fired;
    } catch (unreadable) {
      // As above.
    }
    const isNew = !fired.includes(id);
    if (isNew) {
      fired = fired.concat(id).slice(-MOST_FIRED);
      keep('localStorage', FIRED, JSON.stringify(fired));
    }
    return isNew;
  }

  // One tab at a time. Without locks (old browsers, http) two tabs may meet, and send the same id.
  function alone(work) {
    if (navigator.locks) {
      navigator.locks.request('pinrelay', work);
    } else {
      work();
    }
  }

  function post(url, body) {
    const options = { method: 'POST', body: JSON.stringify(body), credentials: 'same-origin', keepalive: true };
    return fetch(url, options).catch(() => ({ status: 0 }));
  }

  // To the shop's server, which adds who and when; by the REST route where collect.php is forbidden.
  async function collect(events) {
    if (!page.collect || events.length === 0) {
      return;
    }
    const body = { url: location.href, events };
    if (!recall('sessionStorage', FALLBACK)) {
      const { status } = await post(page.collect, body);
      if (OWN_ANSWERS.includes(status)) {
        return;
      }
      keep('sessionStorage', FALLBACK, '1');
    }
    post(page.fallback, body);
  }

  function tag(name, id, data) {
    if (page.library) {
      window.pintrk('track', name, Object.assign({ event_id: id }, data));
    }
  }

  // A checkout page that is loaded again is still one checkout.
  function isRepeated(event) {
    const key = event.once && JSON.stringify(event);
    const isKnown = key && recall('sessionStorage', ONCE) === key;
    if (key) {
      keep('sessionStorage', ONCE, key);
    }
    return isKnown;
  }

  function tellPage() {
    const toServer = [];
    page.events.forEach((event) => {
      if (isRepeated(event)) {
        return;
      }
      const id = uuid();
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
    const data = Object.assign({}, given);
    tell(() => {
      const [toTag, toServer] = page.track[name] || [];
      if (toTag) {
        tag(name.replace(/_/g, ''), id, tagData(data));
      }
      if (toServer) {
        collect([{ id, name, data }]);
      }
    });
    return id;
  }

  // What became of the purchase's tag half. Silence: nobody knows.
  function report(word) {
    if (purchase && fate !== 'fired' && fate !== word) {
      fate = word;
      post(purchase.report, { token: purchase.token, browser: word });
    }
  }

  function firePurchase() {
    const known = facts('pinrelay-purchase');
    const tracked = known && known.calls.find(([command]) => command === 'track');
    if (tracked && isFirst(tracked[2].event_id)) {
      purchase = known;
      tracked[3] = (ok) => report(ok ? 'fired' : 'blocked');
      known.calls.forEach((call) => window.pintrk(...call));
    }
  }

  // Null for what is not ours or was cut.
  function decode(value) {
    try {
      const [name, data] = JSON.parse(atob(value.replace(/-/g, '+').replace(/_/g, '/')));
      return data.event_id ? { name, data } : null;
    } catch (broken) {
      return null;
    }
  }

  function fireCookie([cookie, value]) {
    setCookie(cookie, '', 0);
    const event = decode(value);
    if (event && isFirst(event.data.event_id)) {
      tag(event.name, event.data.event_id, event.data);
    }
  }

  const waiting = () => cookies().filter(([name]) => name.startsWith(EVENT));

  // A tab in the background leaves the event to the one in which the shopper acts.
  function look() {
    if (document.visibilityState === 'visible' && waiting().length > 0) {
      alone(() => waiting().forEach(fireCookie));
    }
  }

  // The answer to a click comes when it comes; not every theme and browser has an event for it.
  function lookLater() {
    [500, 1500, 4000, 8000].forEach((after) => setTimeout(look, after));
  }

  function listen() {
    window.addEventListener('pageshow', look);
    document.addEventListener('visibilitychange', look);
    document.body.addEventListener('wc-blocks_added_to_cart', look);
    if (window.jQuery) {
      window.jQuery(document.body).on('added_to_cart', look);
    }
    // Where shoppers are sent to the cart, the next page fires: a call begun here would be cut off.
    const leaves = (window.wc_add_to_cart_params || {}).cart_redirect_after_add === 'yes';
    if (window.cookieStore && !leaves) {
      window.cookieStore.addEventListener('change', look);
    } else if (!leaves) {
      document.addEventListener('click', lookLater, true);
    }
  }

  function loadLibrary() {
    const stub = window.pintrk;
    const queued = stub.queue.length;
    // Blockers that answer with an empty script leave the queue as it is.
    const isTaken = () => window.pintrk !== stub || stub.queue.length < queued || stub.queue.push !== [].push;
    const library = document.createElement('script');
    library.async = true;
    library.src = page.library;
    library.onload = () => setTimeout(() => report(isTaken() ? 'fired' : 'blocked'), 2000);
    // Behind the purchase, which takes its turn, too.
    library.onerror = () => alone(() => report('blocked'));
    if (nonce) {
      library.nonce = nonce;
    }
    document.head.appendChild(library);
  }

  // The finished hash, which Pinterest's library leaves alone. Browsers hash on https only.
  async function hash(text) {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), hex).join('');
  }

  async function begin() {
    const id = visitor();
    if (page.library) {
      if (crypto.subtle) {
        window.pintrk('set', { external_id: await hash(id) });
      }
      window.pintrk('page');
    }
    tellPage();
    alone(firePurchase);
    look();
    listen();
    if (page.library) {
      loadLibrary();
    }
  }

  // Whether the shopper lets this page load, keep and tell anything.
  const allowed = () => true;

  // Begins once the page is shown and the shopper allows it, then does what waited.
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
    release();
  }

  // A page that is prerendered or opened in a background tab is no visit until somebody sees it.
  function whenShown(work) {
    if (!document.prerendering && document.visibilityState === 'visible') {
      work();
    } else {
      const change = document.prerendering ? 'prerenderingchange' : 'visibilitychange';
      document.addEventListener(change, () => whenShown(work), { once: true });
    }
  }

  const early = (window.pinrelay || {}).queue || [];
  window.pinrelay = { track };
  early.forEach((call) => track(...call));

  // Deferred, so the page has been read; unless an optimiser moved this script or made it asynchronous.
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => whenShown(start));
  } else {
    whenShown(start);
  }
})();
