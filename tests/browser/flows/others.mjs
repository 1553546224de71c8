// What is neither a view, an add nor a purchase: an account, a way to pay, a wishlist, and what a shop's own code tells,
// by the documented action and function. index.mjs says what a flow is.

import { PERSON } from '../../support/browser/shopper.mjs';
import { happens, signUp } from './steps.mjs';

const REAL = { real: true };

const product = ({ id }) => ({ ids: [id], units: 1 });

const wishlist = (plugin, action, given) => ({
  name: `a product put on a wishlist of ${plugin}`,
  needs: REAL,
  gives: { add_to_wishlist: 1 },
  async run({ shopper, goods: { simple } }) {
    await happens(shopper, action, ...given(simple.id));
    return { says: { add_to_wishlist: [product(simple)] } };
  },
});

const byAction = (event, data) => ({
  name: `do_action('pinrelay_track', '${event}')`,
  needs: REAL,
  gives: { [event]: 1 },
  async run({ shopper }) {
    await happens(shopper, 'pinrelay_track', event, data);
    return { says: { [event]: [{ value: Number(data.value), currency: data.currency }] } };
  },
});

const byFunction = (event) => ({
  name: `pinrelay.track('${event}')`,
  needs: REAL,
  gives: { [event]: 1 },
  async run({ shopper, goods: { simple } }) {
    await shopper.open(simple.path);
    await shopper.page.evaluate(
      ([name, id]) => window.pinrelay.track(name, { video_title: 'Wheel', product_ids: [id], value: 900 }),
      [event, simple.id],
    );
    return { says: { [event]: [{ ...product(simple), value: undefined }] } };
  },
});

const OWN = ['lead', 'subscribe', 'watch_video', 'view_content', 'custom'];

export const others = [
  {
    name: 'an account is made on the account page',
    needs: REAL,
    gives: { signup: 1 },
    run: ({ shopper }) => signUp(shopper),
  },
  {
    name: 'an order is handed in and its payment fails',
    needs: REAL,
    gives: { add_to_cart: 1, initiate_checkout: 1, add_payment_info: 1 },
    async run({ shopper, goods: { simple } }) {
      await shopper.addByForm(simple.path);
      await shopper.declined();
      return { says: { add_payment_info: [{ ids: [simple.id], units: 1, value: simple.price }] } };
    },
  },
  wishlist('YITH', 'yith_wcwl_added_to_wishlist', (id) => [String(id), 1, 0]),
  wishlist('WPC', 'woosw_add', (id) => [id, 'KEY']),
  wishlist('TI', 'tinvwl_product_added', (id) => [{ product_id: id, variation_id: 0 }]),
  ...OWN.map((event) => byAction(event, { value: '5.00', currency: 'EUR' })),
  ...[...OWN, 'add_to_wishlist', 'signup', 'add_payment_info'].map(byFunction),
];
