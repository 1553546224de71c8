/*
 * Looks, on the owner's own visits to the shop, for a Pinterest tag that Pinrelay did not print, and reports it.
 * Tag managers add theirs late, so it waits a while; it reports only what has changed since.
 */
(() => {
  'use strict';

  const LATE = 3000;
  const LOAD = /pintrk\s*\(\s*['"]load['"]\s*,\s*['"]?(\d*)/g;

  // The library, too, which assets/pinrelay.js gives such an id.
  const isOurs = (script) => /^pinrelay(-|$)/.test(script.id);

  /** Ids of the tags that others load, '' where a script loads Pinterest's library and does not say for which. */
  function others() {
    const scripts = Array.from(document.scripts).filter((script) => !isOurs(script));
    const ids = scripts.flatMap((script) => Array.from(script.text.matchAll(LOAD), ([, id]) => id));
    const libraries = scripts.filter((script) => /\/ct\/core\.js(\?|$)/.test(script.src));
    return Array.from(new Set(ids.length === 0 && libraries.length > 0 ? [''] : ids)).sort();
  }

  function look() {
    const facts = document.getElementById('pinrelay-second-tag-facts');
    if (!facts) {
      return;
    }
    const { route, nonce, known } = JSON.parse(facts.textContent);
    const tags = others();
    if (JSON.stringify(tags) !== JSON.stringify(known.slice().sort())) {
      fetch(route, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', 'X-WP-Nonce': nonce },
        body: JSON.stringify({ tags }),
      }).catch(() => {});
    }
  }

  // Optimisers may run this later.
  if (document.readyState === 'complete') {
    setTimeout(look, LATE);
  } else {
    window.addEventListener('load', () => setTimeout(look, LATE));
  }
})();
