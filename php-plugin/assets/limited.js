/*
 * For shops that have picked US states: loaded and asked by pinrelay.js, once the visitor has agreed and before anything is sent,
 * whether the use of his data is limited (Storefront/VisitorRegion.php says who knows it). Asks the shop once a day, since a
 * page from a cache cannot know it.
 */
(() => {
  'use strict';

  const DAY = 86400;

  // In the order of the page's list: the host may forbid one, and null is no answer.
  async function ask(addresses) {
    for (const address of addresses) {
      try {
        const answer = await fetch(address, { cache: 'no-store', credentials: 'same-origin' });
        if (answer.ok) {
          return await answer.json();
        }
      } catch (unreachable) {
        // The next one.
      }
    }
    return null;
  }

  async function state({ limits, path, scope }) {
    const cookie = `pinrelay_${scope || ''}ldp=`;
    const kept = document.cookie.split('; ').find((pair) => pair.startsWith(cookie));
    if (kept) {
      return kept.slice(cookie.length);
    }
    const said = await ask(limits.ask);
    if (said !== null) {
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = `${cookie}${said || 'none'}; Max-Age=${DAY}; Path=${path}; SameSite=Lax${secure}`;
    }
    return said;
  }

  // Pinterest's library hashes what is not; browsers hash on https only.
  async function hash(text) {
    if (!crypto.subtle) {
      return text;
    }
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), (byte) => (byte + 256).toString(16).slice(1)).join('');
  }

  window.pinrelayLimits = async (page) => {
    const where = await state(page);
    if (!page.limits.states.includes(where)) {
      return {};
    }
    return { opt_out_type: 'LDP', st: await hash(where.toLowerCase()), country: await hash('us') };
  };
})();
