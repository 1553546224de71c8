/*
 * Pinrelay's browser half: loads Pinterest's library once the page is really shown, and tells it what this page and the
 * server's cookies know. Plain JavaScript (ES2017), no dependency, no build step; works without jQuery.
 *
 * Reads
 *   #pinrelay-page      {library, path, visit}: library's address, path of our cookies, the page visit's pintrk()
 *                       arguments without its id, or null. The same for all visitors, since caches keep it.
 *   #pinrelay-purchase  on the order-received page, for its buyer: a list of pintrk() arguments.
 *   pinrelay_e_*        cookies, one for each event born on the server: [name, data] as base64url of JSON. Claimed by
 *                       whichever page comes first, under a lock, so that tabs neither lose nor double one.
 * Keeps
 *   pinrelay_vid        cookie, a random id of this browser, its hash the external_id of both halves; 365 days.
 *   pinrelay_fired      localStorage, ids of the last events fired, so that a reload fires none twice.
 *
 * Must know nothing of orders or consent, and never assume that Pinterest's library arrives: an ad blocker may keep it
 * away, and the shop works on.
 */
(() => {
  'use strict';

  const EVENT = 'pinrelay_e_';
  const VISITOR = 'pinrelay_vid';
  const FIRED = 'pinrelay_fired';
  const YEAR = 31536000;
  // More than a shopper's events in the two days in which Pinterest drops doubles by itself.
  const MOST_FIRED = 100;

  // Only known while the script runs for the first time.
  const nonce = document.currentScript && document.currentScript.nonce;
  let page;
  let fired = [];

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

  /** Pairs of name and value. */
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
    // Written again on each visit: some browsers keep a script's cookie for a week only.
    setCookie(VISITOR, id, YEAR);
    return id;
  }

  /** Whether this event was not fired yet in this browser; from now on it was. */
  function isFirst(id) {
    try {
      fired = JSON.parse(localStorage.getItem(FIRED)) || fired;
    } catch (unreadable) {
      // No storage: this page's own list has to do, and Pinterest drops a second one with the same id.
    }
    if (fired.includes(id)) {
      return false;
    }
    fired = fired.concat(id).slice(-MOST_FIRED);
    try {
      localStorage.setItem(FIRED, JSON.stringify(fired));
    } catch (full) {
      // As above.
    }
    return true;
  }

  /** One tab at a time. Without locks (old browsers, http) two tabs may meet, and send the same id. */
  function alone(work) {
    if (navigator.locks) {
      navigator.locks.request('pinrelay', work);
    } else {
      work();
    }
  }

  function firePurchase() {
    const calls = facts('pinrelay-purchase') || [];
    const tracked = calls.find(([command]) => command === 'track');
    if (tracked && isFirst(tracked[2].event_id)) {
      calls.forEach((call) => window.pintrk(...call));
    }
  }

  /** The event in a cookie, null for what is not ours or was cut. */
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
      window.pintrk('track', event.name, event.data);
    }
  }

  const waiting = () => cookies().filter(([name]) => name.startsWith(EVENT));

  /** A tab in the background leaves the event to the one in which the shopper acts. */
  function look() {
    if (document.visibilityState === 'visible' && waiting().length > 0) {
      alone(() => waiting().forEach(fireCookie));
    }
  }

  /** The answer to a click comes when it comes; there is no event for it in every theme and browser. */
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
    // A shop that sends shoppers to the cart after adding: the next page fires, a call begun here would be cut off.
    const leaves = (window.wc_add_to_cart_params || {}).cart_redirect_after_add === 'yes';
    if (window.cookieStore && !leaves) {
      window.cookieStore.addEventListener('change', look);
    } else if (!leaves) {
      document.addEventListener('click', lookLater, true);
    }
  }

  function loadLibrary() {
    const library = document.createElement('script');
    library.async = true;
    library.src = page.library;
    if (nonce) {
      library.nonce = nonce;
    }
    document.head.appendChild(library);
  }

  /**
   * The finished hash, so that Pinterest's library cannot make another of it than the server does. Browsers hash on
   * https only; elsewhere the visit goes without.
   */
  async function hash(text) {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), hex).join('');
  }

  async function start() {
    page = facts('pinrelay-page');
    if (!page || !window.pintrk) {
      return;
    }
    const id = visitor();
    if (crypto.subtle) {
      window.pintrk('set', { external_id: await hash(id) });
    }
    window.pintrk('page');
    if (page.visit) {
      const [command, name, data] = page.visit;
      window.pintrk(command, name, Object.assign({ event_id: uuid() }, data));
    }
    alone(firePurchase);
    look();
    listen();
    loadLibrary();
  }

  /** A page that is prerendered, prefetched or opened in a background tab is no visit until somebody sees it. */
  function whenShown(work) {
    if (!document.prerendering && document.visibilityState === 'visible') {
      work();
    } else {
      const change = document.prerendering ? 'prerenderingchange' : 'visibilitychange';
      document.addEventListener(change, () => whenShown(work), { once: true });
    }
  }

  // Deferred, so the page has been read; unless an optimiser moved this script or made it asynchronous.
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => whenShown(start));
  } else {
    whenShown(start);
  }
})();
