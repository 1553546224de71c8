// What looks like an event and is none. index.mjs says what a flow is.

import { happens } from './steps.mjs';

const REAL = { real: true };
const CLASSIC = { real: true, theme: 'classic' };

/** What the cart takes first, and refuses then. */
const expect = (is, wanted) => {
  if (is !== wanted) {
    throw new Error(`the shop answered ${is} instead of ${wanted}`);
  }
};

export const none = [
  {
    name: 'an add that the Store API refuses',
    gives: {},
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      const { status } = await shopper.addById(999999);
      expect(status >= 400, true);
    },
  },
  {
    name: 'the form of a variable product without a choice',
    needs: REAL,
    gives: {},
    async run({ shopper, shop, goods: { variable } }) {
      await shopper.open(variable.path);
      const form = { 'add-to-cart': variable.id, product_id: variable.id, variation_id: 0 };
      const answer = await shopper.context.request.post(shop.url + variable.path, { form });
      expect(answer.status(), 200);
    },
  },
  {
    name: 'the AJAX button of a product that needs a choice',
    needs: CLASSIC,
    gives: {},
    async run({ shopper, goods: { variable, list } }) {
      await shopper.open(list);
      const error = await shopper.page.evaluate((id) => {
        const body = new URLSearchParams({ product_id: id, quantity: '1' });
        return fetch('/?wc-ajax=add_to_cart', { method: 'POST', body })
          .then((response) => response.json())
          .then((answer) => answer.error);
      }, variable.id);
      expect(error, true);
    },
  },
  {
    name: 'another quantity in the cart, after an add that fails',
    needs: REAL,
    gives: { add_to_cart: 1 },
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      const { body } = await shopper.addById(simple.id);
      const [{ key }] = body.items;
      const statuses = await shopper.batch([
        { path: '/wc/store/v1/cart/add-item', method: 'POST', body: { id: 999999, quantity: 1 } },
        { path: '/wc/store/v1/cart/update-item', method: 'POST', body: { key, quantity: 7 } },
      ]);
      expect(statuses.join(' '), '400 200');
      return { says: { add_to_cart: [{ ids: [simple.id], units: 1 }] } };
    },
  },
  {
    name: 'a cart that a payment button only simulates',
    needs: REAL,
    gives: {},
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      await shopper.page.evaluate(
        (id) => fetch(`/?wc-ajax=ppc-simulate-cart&add-to-cart=${id}`, { method: 'POST' }).then(() => undefined),
        simple.id,
      );
    },
  },
  {
    name: 'a copy of the cart, filled to ask for its total',
    needs: REAL,
    gives: { add_to_cart: 1 },
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      await shopper.addById(simple.id);
      const inCart = await shopper.page.evaluate(
        (id) => fetch(`/?flow=copy&product=${id}`).then((answer) => answer.json()),
        simple.id,
      );
      expect(inCart.join(' '), '1 2');
      return { says: { add_to_cart: [{ ids: [simple.id], units: 1 }] } };
    },
  },
  {
    name: "a purchase that the shop's own code makes up",
    needs: REAL,
    gives: {},
    run: ({ shopper }) =>
      happens(shopper, 'pinrelay_track', 'checkout', { value: '500.00', currency: 'EUR', order_id: '1' }),
  },
];
