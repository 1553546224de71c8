// The ways to a purchase. index.mjs says what a flow is.

import { PERSON } from '../../support/browser/shopper.mjs';
import { looksAgain, signUp } from './steps.mjs';

const REAL = { real: true };
const PAY_ELSEWHERE = /pay-elsewhere/;

/** What the checkout page and the order handed in on it tell, before anything is sold. */
const ORDERED = { add_to_cart: 1, initiate_checkout: 1, add_payment_info: 1 };
const WHOLE = { ...ORDERED, checkout: 1 };
const ALONE = { ...ORDERED, checkout: { server: 1, browser: 'its buyer does not come back' } };

/** What both halves of a purchase say. */
const sold = ({ id, price }, units = 1) => ({
  says: { checkout: [{ ids: [id], units, value: units * price }] },
});

/** By the shortest way: adds.mjs has all of them. */
const fillCart = ({ shopper }, { id, path }) => shopper.open(`${path}?add-to-cart=${id}`);

/** A purchase at the shop's own checkout page. */
async function buy(visit, how, product = visit.goods.simple) {
  await fillCart(visit, product);
  await visit.shopper.checkout(how);
  return sold(product);
}

const orderOf = ({ page }) => Number(/order-received[/=](\d+)/.exec(page.url())[1]);

/** Leaves a shopper at the off-site payment page. */
async function leaves(visit, product = visit.goods.simple) {
  await fillCart(visit, product);
  await visit.shopper.checkout({ gateway: 'pinrelay_offsite', to: PAY_ELSEWHERE });
  const { searchParams } = new URL(visit.shopper.page.url());
  return { order: Number(searchParams.get('order')), back: searchParams.get('back') };
}

async function ask(shop, query) {
  const answer = await fetch(`${shop.url}/?${new URLSearchParams(query)}`);
  if (!answer.ok) {
    throw new Error(`the shop answered ${answer.status} to ${JSON.stringify(query)}`);
  }
  return answer;
}
const webhook = (shop, order) => ask(shop, { 'wc-api': 'pinrelay_offsite', order, paid: 1 });
const shopDoes = async (shop, flow, more) => (await ask(shop, { flow, ...more })).json();

async function payByLink({ page, open }, link) {
  await open(link);
  const email = page.locator('form.woocommerce-verify-email input[name="email"]');
  if (await email.count()) {
    await email.fill(PERSON.email);
    await Promise.all([page.waitForEvent('load'), page.locator('form.woocommerce-verify-email button').click()]);
  }
  await page.locator('#payment_method_pinrelay_card').check({ force: true });
  await Promise.all([page.waitForURL(/order-received/, { waitUntil: 'load' }), page.locator('#place_order').click()]);
}

/** The checkout page of one kind, by a guest and by somebody with an account. */
const pages = [['the classic checkout', 'classic'], ['the Checkout block', 'block']].flatMap(([name, kind]) => [
  {
    name: `${name}, a guest`,
    needs: kind === 'block' ? { ...REAL, pages: kind } : { pages: kind },
    gives: WHOLE,
    run: (visit) => buy(visit, { gateway: visit.shop.real ? 'pinrelay_card' : 'cod' }),
  },
  {
    name: `${name}, with an account`,
    needs: { ...REAL, pages: kind },
    gives: { ...WHOLE, signup: 1 },
    async run(visit) {
      await signUp(visit.shopper);
      return buy(visit, { gateway: 'pinrelay_card' });
    },
  },
]);

export const purchases = [
  ...pages,
  {
    name: 'calls of the Store API',
    gives: { add_to_cart: 1, add_payment_info: 1, checkout: 1 },
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      await shopper.addById(simple.id);
      await shopper.checkoutByStoreApi();
      return sold(simple);
    },
  },
  {
    name: 'cash on delivery, which counts when placed',
    needs: REAL,
    gives: WHOLE,
    run: (visit) => buy(visit, { gateway: 'cod' }),
  },
  {
    name: "a cheque, which counts when placed by choice",
    needs: REAL,
    gives: WHOLE,
    run: (visit) => buy(visit, { gateway: 'cheque' }),
  },
  {
    name: 'a bank transfer, confirmed; the buyer looks again',
    needs: REAL,
    gives: WHOLE,
    async run(visit) {
      const said = await buy(visit, { gateway: 'bacs' });
      await visit.shop.look('status', { id: orderOf(visit.shopper), to: 'processing' });
      await looksAgain(visit.shopper);
      return said;
    },
  },
  {
    name: 'the merchant moves the order, the buyer is gone',
    needs: REAL,
    gives: ALONE,
    async run(visit) {
      const { order } = await leaves(visit);
      await visit.shop.look('status', { id: order, to: 'processing' });
      return sold(visit.goods.simple);
    },
  },
  {
    name: 'a webhook, and the buyer does not come back',
    needs: REAL,
    gives: ALONE,
    async run(visit) {
      const { order } = await leaves(visit);
      await webhook(visit.shop, order);
      return sold(visit.goods.simple);
    },
  },
  {
    name: 'two webhooks race the order-received page',
    needs: REAL,
    gives: WHOLE,
    async run(visit) {
      const { shop, shopper } = visit;
      const { order, back } = await leaves(visit);
      await Promise.all([webhook(shop, order), webhook(shop, order), shopper.open(back)]);
      // The page may have been made before the payment arrived; the buyer looks again.
      await looksAgain(shopper);
      return sold(visit.goods.simple);
    },
  },
  {
    name: 'a guest who comes back after ten minutes',
    needs: REAL,
    gives: WHOLE,
    async run(visit) {
      const { order, back } = await leaves(visit);
      await shopDoes(visit.shop, 'age', { order, seconds: 1800 });
      await webhook(visit.shop, order);
      await visit.shopper.open(back);
      return sold(visit.goods.simple);
    },
  },
  {
    name: 'a link to pay an order that the merchant made',
    needs: REAL,
    gives: { add_payment_info: 1, checkout: 1 },
    async run({ shop, shopper, goods: { simple } }) {
      await payByLink(shopper, await shopDoes(shop, 'invoice', { product: simple.id, email: PERSON.email }));
      return sold(simple, 2);
    },
  },
  {
    name: 'an order with nothing to pay',
    needs: REAL,
    gives: { add_to_cart: 1, initiate_checkout: 1, checkout: 1 },
    async run(visit) {
      const { free } = visit.goods;
      await buy(visit, { gateway: null }, free);
      return { says: { checkout: [{ ids: [free.id], units: 1, value: undefined }] } };
    },
  },
  {
    name: 'a card that is declined, then pays',
    needs: REAL,
    // Handed in twice.
    gives: { ...WHOLE, add_payment_info: 2 },
    async run(visit) {
      await fillCart(visit, visit.goods.simple);
      await visit.shopper.declined();
      await visit.shopper.paysAfterAll();
      return sold(visit.goods.simple);
    },
  },
  {
    name: 'a product that is deleted before the order is paid',
    needs: REAL,
    gives: WHOLE,
    async run(visit) {
      const { fading } = visit.goods;
      const { order, back } = await leaves(visit, fading);
      await shopDoes(visit.shop, 'delete', { product: fading.id });
      await webhook(visit.shop, order);
      await visit.shopper.open(back);
      return sold(fading);
    },
  },
  {
    name: 'the order-received page, reloaded twice',
    gives: WHOLE,
    async run(visit) {
      const said = await buy(visit);
      const { page } = visit.shopper;
      await page.waitForFunction(() => localStorage.getItem('pinrelay_fired')?.includes(new URL(location).searchParams.get('key')));
      await page.reload();
      await page.reload();
      return said;
    },
  },
  {
    name: 'a subscription renews itself',
    needs: REAL,
    gives: { checkout: { server: 1, browser: 'no browser takes part' } },
    async run({ shop, goods: { simple } }) {
      const order = await shopDoes(shop, 'renewal', { product: simple.id, email: PERSON.email });
      return { ...sold(simple, 2), orders: [order] };
    },
  },
  {
    name: 'a bank transfer that is not paid yet',
    needs: REAL,
    gives: ORDERED,
    async run(visit) {
      await buy(visit, { gateway: 'bacs' });
    },
  },
  {
    name: 'a payment elsewhere that is not made; the buyer looks',
    needs: REAL,
    gives: ORDERED,
    async run(visit) {
      const { back } = await leaves(visit);
      await visit.shopper.open(back);
    },
  },
];
