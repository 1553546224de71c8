/*
 * A recording copy of Pinterest's tag library: it takes over the queue in window.pintrk and does with each command what
 * the real one does as far as a page can tell (docs/wire-contract.md#click-id, #consent, #tag), but reports it to the
 * server this script came from. Plain values are left as they are, so that the server can point at any value the real
 * library would have had to hash.
 */
(function () {
  'use strict';

  var CLICK_COOKIE = '_epik';
  var COOKIES = ['_epik', '_derived_epik', '_pin_unauth'];
  var COOKIE_DAYS = 365;

  var stub = window.pintrk;
  if (stub && stub.recording) return;

  var recordUrl = new URL('record', document.currentScript.src).href;
  var pageId = Math.random().toString(16).slice(2);
  var seq = 0;
  var outbox = [];

  var tagId = null;
  var partner = {};
  var consent = true;
  var clickIdKept = false;

  var commands = { load: load, set: set, page: page, track: track, setconsent: setConsent };

  function run(args) {
    var list = Array.prototype.slice.call(args);
    var command = String(list.shift()).trim().toLowerCase();
    if (!Object.prototype.hasOwnProperty.call(commands, command)) {
      return fail({ command: command, data: null }, 'unknown command', null);
    }
    commands[command].apply(null, list);
  }

  function load(id, options) {
    var call = { command: 'load', data: options };
    if (typeof id !== 'string' && !Number.isInteger(id)) return fail(call, 'tag id: not a string or integer', null);
    var again = tagId !== null;
    tagId = String(id).trim();
    merge(options);
    if (again) return fail(call, 'load was called twice; the later tag id counts', null);
    report(call, null);
  }

  function set(options) {
    merge(options);
    report({ command: 'set', data: options }, null);
  }

  function page(data) {
    emit({ command: 'page', name: 'init', data: data }, undefined, undefined);
  }

  function track(name, data, callback, otherTagId) {
    var sent = Object.assign({}, data);
    if (sent.external_id !== undefined) {
      merge({ external_id: sent.external_id });
      delete sent.external_id;
    }
    var value = sent.value;
    if (typeof value === 'string' && value.trim() !== '' && isFinite(value)) sent.value = Number(value);
    emit({ command: 'track', name: String(name).trim(), data: sent }, callback, otherTagId);
  }

  function setConsent(given) {
    consent = given === true || given === 1 || given === 'true';
    if (!consent) forget();
    report({ command: 'setconsent', data: given }, null);
  }

  // What page and track have in common: nothing leaves without consent or without a tag id.
  function emit(call, callback, otherTagId) {
    if (!consent) return answer(callback, false, 'No consent');
    if (tagId === null) return fail(call, call.command + ' before load', callback);
    keepClickId();
    if (otherTagId !== undefined) call.tag_id = String(otherTagId);
    report(call, callback);
  }

  function merge(options) {
    if (options !== null && typeof options === 'object') Object.assign(partner, options);
  }

  function fail(call, error, callback) {
    console.error('pintrk: ' + error);
    call.error = error;
    // A second load is complained about but obeyed.
    call.ok = call.command === 'load' && tagId !== null;
    enqueue(call, function () {
      answer(callback, false, error);
    });
  }

  function report(call, callback) {
    call.ok = true;
    enqueue(call, function (ok, error) {
      answer(callback, ok, error);
    });
  }

  function answer(callback, ok, error) {
    if (typeof callback === 'function') callback(ok, error);
  }

  function enqueue(call, done) {
    call.seq = seq;
    seq += 1;
    if (call.tag_id === undefined) call.tag_id = tagId;
    // Copied now: the page may change its objects before the report leaves.
    outbox.push({ call: JSON.parse(JSON.stringify(Object.assign({ partner: partner }, call))), done: done });
    if (outbox.length === 1) Promise.resolve().then(flush);
  }

  // One report for all calls of one turn keeps them in order, and leaves before a navigation that starts in it.
  function flush() {
    var leaving = outbox;
    outbox = [];
    var body = JSON.stringify({
      page: pageId,
      location: window.location.href,
      referrer: document.referrer,
      calls: leaving.map(function (entry) {
        return entry.call;
      }),
    });
    var settle = function (ok, error) {
      leaving.forEach(function (entry) {
        entry.done(ok, error);
      });
    };
    // text/plain spares the preflight; keepalive lets it outlive the page, up to the browser's 64 KiB.
    fetch(recordUrl, {
      method: 'POST',
      body: body,
      headers: { 'content-type': 'text/plain' },
      credentials: 'omit',
      keepalive: body.length < 60000,
    }).then(
      function (response) {
        settle(response.ok, response.ok ? undefined : 'HTTP ' + response.status);
      },
      function (error) {
        settle(false, String(error));
      },
    );
  }

  // The address beats the cookie; whichever is found is written again for a year, once per page load.
  function keepClickId() {
    if (clickIdKept || partner.fp_cookie === false) return;
    clickIdKept = true;
    var value = new URLSearchParams(window.location.search).get('epik') || readCookie(CLICK_COOKIE);
    if (value) writeCookie(CLICK_COOKIE, value, COOKIE_DAYS * 86400);
  }

  function forget() {
    COOKIES.forEach(function (name) {
      writeCookie(name, '', 0);
      ['localStorage', 'sessionStorage'].forEach(function (storage) {
        try {
          window[storage].removeItem(name + '_ls');
        } catch (error) {
          // A browser that forbids storage holds nothing to delete.
        }
      });
    });
  }

  function readCookie(name) {
    var found = document.cookie.split('; ').find(function (pair) {
      return pair.indexOf(name + '=') === 0;
    });
    return found === undefined ? null : found.slice(name.length + 1);
  }

  function writeCookie(name, value, seconds) {
    var host = window.location.hostname.replace(/^www\./, '');
    // Browsers refuse a domain on addresses and on single-label hosts such as localhost.
    var domain = /^[\d.]+$|^\[|^[^.]+$/.test(host) ? '' : '; domain=.' + host;
    document.cookie = name + '=' + value + '; path=/; max-age=' + seconds + domain;
  }

  var pintrk = function () {
    run(arguments);
  };
  pintrk.version = '3.0';
  pintrk.recording = true;
  // Whoever kept the stub pushes into its queue still.
  pintrk.queue = { push: run };
  var waiting = (stub && stub.queue) || [];
  window.pintrk = pintrk;
  waiting.forEach(run);
  waiting.push = run;
})();
