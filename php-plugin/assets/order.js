/*
 * The browser half of a purchase, loaded by pinrelay.js on a page whose address carries an order's key. It asks the shop
 * for the tag's calls (Storefront/Claim.php says who gets them), again for a while, since a payment may be confirmed
 * after its page is shown, and tells the shop what became of them.
 */
(() => {
  'use strict';

  // Seconds to wait before each try: two minutes in all.
  const TRIES = [0, 2, 4, 9, 15, 30, 55];
  // Seconds for Pinterest's library: other tabs wait, too.
  const LONGEST = 30;
  const MOST_IDS = 5;

  const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  // Pages built by hand name their parameters as they like, so all numbers of the address are sent.
  function named({ search, pathname }) {
    const query = new URLSearchParams(search);
    const values = [...query.values()];
    const key = values.find((value) => /^wc_[\w-]{9,}$/.test(value));
    const ids = [...pathname.split('/').reverse(), ...values].filter((part) => /^[1-9]\d{0,14}$/.test(part));
    return { key, ids: ids.map(Number).slice(0, MOST_IDS) };
  }

  // There an order is only paid.
  function isPayPage({ search, pathname }, endpoint) {
    const query = new URLSearchParams(search);
    const names = [endpoint, 'order-pay'].filter(Boolean);
    return query.has('pay_for_order') || names.some((name) => query.has(name) || pathname.split('/').includes(name));
  }

  async function fire({ call, libraryTakes, page }, calls) {
    const tracked = calls.find(([command]) => command === 'track');
    const reported = new Promise((resolve) => {
      tracked[3] = resolve;
    });
    calls.forEach((one) => call(...one));
    const taken = libraryTakes.then((takes) => wait(2).then(() => takes));
    // A tag manager says nothing.
    return page.library ? Promise.race([reported, taken, wait(LONGEST)]) : null;
  }

  window.pinrelayOrder = async (tools) => {
    const { page, waited, send, alone, isFired, setFired, mayTell } = tools;
    let at = location;
    if (waited && !named(at).key && document.referrer) {
      at = new URL(document.referrer);
    }
    const { key, ids } = named(at);
    if (!key || isPayPage(at, page.order.pay)) {
      return;
    }
    let isOver = false;
    const claim = async () => {
      isOver = isFired(key);
      const answer = !isOver && mayTell() && (await send(page.order.claim, { key, ids }));
      if (!answer || answer.status !== 200) {
        return;
      }
      isOver = true;
      const half = await answer.json();
      const ok = await fire(tools, half.calls);
      // Silence: nobody knows, and a reload may try again.
      if (typeof ok === 'boolean') {
        send([half.report, page.collect], { token: half.token, browser: ok ? 'fired' : 'blocked' });
      }
      if (ok === true || ok === null) {
        setFired(key);
      }
    };
    for (const seconds of TRIES) {
      await wait(seconds);
      // Of two tabs the second waits until the first knows.
      await new Promise((resolve) => alone(() => claim().then(resolve, resolve), 'pinrelay-order'));
      if (isOver) {
        return;
      }
    }
  };
})();
