// A shopper in a browser of his own: looks at products, fills a cart, checks out.
// Every step waits for what the shop shows or answers, and every page he saw is
// kept, so that a test can look for what must not be in it.

import { GUARD_MS } from './launch.mjs';

/** Somebody whose every detail is easy to search for. */
export const PERSON = Object.freeze({
  email: 'ottilie.quarrington@example.org',
  firstName: 'Ottilie',
  lastName: 'Quarrington',
  phone: '030 7719462',
  address: 'Kolberger Winkel 17',
  city: 'Eberswalde',
  postcode: '16225',
});

export async function newShopper(browser, shop, contextOptions = {}) {
  // WordPress fades one page of its admin area into the next, so that a picture shows both.
  const context = await browser.newContext({ baseURL: shop.url, locale: 'en-US', reducedMotion: 'reduce', ...contextOptions });
  context.setDefaultTimeout(GUARD_MS);
  context.setDefaultNavigationTimeout(GUARD_MS);
  const page = await context.newPage();
  const errors = [];
  const dialogs = [];
  const html = [];
  page.on('pageerror', (error) => errors.push(error));
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  // The source as it came, which is what a cache or a stranger would see.
  page.on('response', (response) => {
    if (response.request().resourceType() === 'document' && response.status() === 200) {
      html.push({ url: response.url(), text: response.text().catch(() => '') });
    }
  });

  const answered = (part) =>
    page.waitForResponse((response) => response.url().includes(part) && response.request().method() === 'POST');

  const isReceived = (url) => /order-received=|\/order-received\//.test(url.href);

  const shopper = {
    context,
    page,
    errors,
    dialogs,
    /** [{url, text}] of every page loaded so far. */
    sources: () => Promise.all(html.map(async ({ url, text }) => ({ url, text: await text }))),

    async open(path) {
      const response = await page.goto(path, { waitUntil: 'load' });
      return response;
    },

    /** The product page's form. On a variable product, `choice` is the option to pick. */
    async addByForm(path, { choice, units } = {}) {
      await shopper.open(path);
      if (choice) {
        await page.locator('table.variations select').selectOption(choice);
        await page.locator('form.cart .single_add_to_cart_button:not(.disabled)').waitFor();
      }
      if (units) {
        await page.locator('form.cart input.qty').fill(String(units));
      }
      await shopper.pressAdd();
    },

    /** The button of the product page's form; the answer is a page. */
    pressAdd: () =>
      Promise.all([page.waitForEvent('load'), page.locator('form.cart .single_add_to_cart_button').click()]),

    /** The button of a classic product list. */
    async addByAjax(sku, list = '/shop/') {
      await shopper.open(list);
      const answer = answered('wc-ajax=add_to_cart');
      await page.locator(`a.ajax_add_to_cart[data-product_sku="${sku}"]`).click();
      return (await answer).json();
    },

    /** The button of the product collection block. */
    async addByBlockButton(id, list = '/shop/') {
      await shopper.open(list);
      const answer = answered('/wc/store/v1/');
      await page.locator(`button.add_to_cart_button[data-product_id="${id}"]`).click();
      await answer;
    },

    /** What a theme or an app of its own does: one call to the Store API from a shop page. */
    storeApi: (path, body) =>
      page.evaluate(
        async ([path, body]) => {
          const root = '/wp-json/wc/store/v1';
          const cart = await fetch(`${root}/cart`);
          const answer = await fetch(root + path, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Nonce: cart.headers.get('Nonce') },
            body: JSON.stringify(body),
          });
          return { status: answer.status, body: await answer.json() };
        },
        [path, body],
      ),

    addById: (id, quantity = 1) => shopper.storeApi('/cart/add-item', { id, quantity }),

    /** Several calls in one: [{path, method, body}]; gives the status of each. */
    batch: (requests) =>
      page.evaluate(async (list) => {
        const root = '/wp-json/wc/store/v1';
        const nonce = (await fetch(`${root}/cart`)).headers.get('Nonce');
        const answer = await fetch(`${root}/batch`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Nonce: nonce },
          body: JSON.stringify({ requests: list.map((request) => ({ ...request, headers: { Nonce: nonce } })) }),
        });
        return (await answer.json()).responses.map(({ status }) => status);
      }, requests),

    addByStoreApi: (sku) => shopper.addById(shop.products[sku]),

    async checkoutByStoreApi({ gateway = 'cod', person = PERSON } = {}) {
      const address = {
        first_name: person.firstName,
        last_name: person.lastName,
        address_1: person.address,
        city: person.city,
        postcode: person.postcode,
        country: 'DE',
        email: person.email,
        phone: person.phone,
      };
      const answer = await shopper.storeApi('/checkout', { billing_address: address, payment_method: gateway });
      if (answer.status !== 200) {
        throw new Error(`the Store API checkout answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      await shopper.open(answer.body.payment_result.redirect_url);
      return answer.body;
    },

    /** At the shop's own checkout page, whichever it is. */
    checkout: (how) => (shop.checkout === 'block' ? shopper.checkoutBlock(how) : shopper.checkoutClassic(how)),

    /**
     * Fills the classic checkout and places the order; resolves on the order-received page or elsewhere. `gateway` null:
     * there is nothing to pay.
     */
    async checkoutClassic({ gateway = 'cod', person = PERSON, to = isReceived } = {}) {
      await shopper.open(shop.pages.checkout.classic);
      await shopper.fillClassic(person);
      if (gateway) {
        await shopper.choose(gateway);
      }
      await shopper.placeClassic(to);
    },

    async fillClassic(person) {
      const fields = {
        billing_first_name: person.firstName,
        billing_last_name: person.lastName,
        billing_address_1: person.address,
        billing_postcode: person.postcode,
        billing_city: person.city,
        billing_phone: person.phone,
        billing_email: person.email,
      };
      for (const [id, value] of Object.entries(fields)) {
        await page.locator(`#${id}`).fill(value);
      }
    },

    async choose(gateway) {
      await shopper.checkoutIsQuiet();
      await page.locator(`#payment_method_${gateway}`).check({ force: true });
    },

    /** WooCommerce redraws the payment box after each change of the address. */
    checkoutIsQuiet: () =>
      page.waitForFunction(() => {
        const busy = document.querySelector('.blockUI, .processing');
        const idle = !window.jQuery || window.jQuery.active === 0;
        return !busy && idle && document.querySelector('#place_order');
      }),

    async placeClassic(to = isReceived) {
      await shopper.checkoutIsQuiet();
      await Promise.all([page.waitForURL(to, { waitUntil: 'load' }), page.locator('#place_order').click()]);
    },

    async checkoutBlock({ gateway = 'cod', person = PERSON, to = isReceived } = {}) {
      await shopper.open(shop.pages.checkout.block);
      await shopper.fillBlock(person, gateway);
      await shopper.placeBlock(to);
    },

    async fillBlock(person, gateway) {
      const fields = {
        first_name: person.firstName,
        last_name: person.lastName,
        address_1: person.address,
        postcode: person.postcode,
        city: person.city,
        phone: person.phone,
      };
      await page.locator('#email').fill(person.email);
      // An address the session knows is shown as a card.
      const edit = page.locator('.wc-block-components-address-card__edit:visible');
      const first = page.locator('#billing-first_name:visible');
      await edit.or(first).first().waitFor();
      if (await edit.count()) {
        await edit.first().click();
      }
      for (const [name, value] of Object.entries(fields)) {
        await page.locator(`#billing-${name}`).fill(value);
      }
      if (gateway) {
        await page.locator(`input[name="radio-control-wc-payment-method-options"][value="${gateway}"]`).check();
      }
    },

    placeBlock: (to = isReceived) =>
      Promise.all([
        page.waitForURL(to, { waitUntil: 'load' }),
        page.locator('.wc-block-components-checkout-place-order-button').click(),
      ]),

    /** Tries at the shop's own checkout page to pay with a card that is declined, and stays there. */
    async declined() {
      const person = { ...PERSON, lastName: 'Declined' };
      await shopper.open(shop.pages.checkout[shop.checkout]);
      if (shop.checkout === 'block') {
        await shopper.fillBlock(person, 'pinrelay_card');
        await page.locator('.wc-block-components-checkout-place-order-button').click();
      } else {
        await shopper.fillClassic(person);
        await shopper.choose('pinrelay_card');
        await page.locator('#place_order').click();
      }
      await page.getByText('The test card was declined.').first().waitFor();
    },

    /** Pays on the page where the card was declined. */
    async paysAfterAll() {
      if (shop.checkout === 'block') {
        await shopper.fillBlock(PERSON, 'pinrelay_card');
        await shopper.placeBlock();
      } else {
        await shopper.fillClassic(PERSON);
        await shopper.choose('pinrelay_card');
        await shopper.placeClassic();
      }
    },

    close: () => context.close(),
  };
  return shopper;
}
