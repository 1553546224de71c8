// What the scripted shopper does: two adds to the cart and two purchases, by
// different ways where the shop has them.

/** How long a half may take. A browser test would wait no longer either. */
const PATIENCE_MS = 60_000;

/** @returns {Array<{event_name: string, request: RegExp, act: Function}>} */
function steps(shopper, shop) {
  const byForm = { event_name: 'add_to_cart', request: /\/product\//, act: () => shopper.addByForm('/product/blue-mug/') };
  const classic = { event_name: 'checkout', request: /wc-ajax=checkout/, act: () => shopper.checkoutClassic() };
  if (!shop.real) {
    return [
      byForm,
      classic,
      { event_name: 'add_to_cart', request: /wc-ajax=add_to_cart/, act: () => shopper.addByAjax('MUG-1') },
      { event_name: 'checkout', request: /wc\/store\/v1\/checkout/, act: () => shopper.checkoutByStoreApi() },
    ];
  }
  return [
    byForm,
    classic,
    { event_name: 'add_to_cart', request: /wc\/store\/v1\//, act: () => shopper.addByBlockButton(shop.products['MUG-1']) },
    { event_name: 'checkout', request: /wc\/store\/v1\/checkout/, act: () => shopper.checkoutBlock() },
  ];
}

/**
 * Walks all steps, and waits after each for both halves of its event.
 *
 * @returns {Promise<Array<{event_name: string, pair: ?object, clicked_ms: number}>>} pair as the stand-in has it
 */
export async function walk(shopper, shop, standin) {
  const walked = [];
  for (const { event_name, request, act } of steps(shopper, shop)) {
    const known = new Set(standin.records().pairs.map((pair) => pair.event_id));
    const isNew = (pair) => pair.event_name === event_name && !known.has(pair.event_id);
    let clicked = Date.now();
    const onRequest = (sent) => {
      if (sent.method() === 'POST' && request.test(sent.url())) {
        clicked = Date.now();
      }
    };
    shopper.page.on('request', onRequest);
    await act();
    shopper.page.off('request', onRequest);
    // In vain, the report says which half is missing.
    const seen = await standin
      .until((records) => records.pairs.some((pair) => isNew(pair) && pair.matched), PATIENCE_MS)
      .catch(() => standin.records());
    walked.push({ event_name, pair: seen.pairs.find(isNew) ?? null, clicked_ms: clicked });
  }
  return walked;
}
