// The ways into the cart. index.mjs says what a flow is.

import { signUp } from './steps.mjs';

const REAL = { real: true };
const CLASSIC = { real: true, theme: 'classic' };
const BLOCK = { real: true, theme: 'block' };
const ONE = { add_to_cart: 1 };
const TWO = { add_to_cart: 2 };

/** What the events say: a product and how many of it, each. */
const told = (...lines) => ({
  says: { add_to_cart: lines.map(([{ id, price }, units]) => ({ ids: [id], units, value: units * price })) },
});

/** Sends this shopper to the cart after an add, as the shop's setting would do to all. */
const redirects = ({ shop, shopper }) =>
  shopper.context.addCookies([{ name: 'test_redirects', value: '1', url: shop.url }]);

const leadsToCart = ({ page }, button) => Promise.all([page.waitForURL(/cart\/(\?.*)?$/), page.locator(button).click()]);

/** The block "Add to Cart + Options" on a page of its own. */
async function withOptions({ page, open }, path, choose) {
  await open(path);
  const form = page.locator('form.wp-block-add-to-cart-with-options');
  await choose(form);
  await Promise.all([
    page.waitForResponse(
      (answer) => /\/wc\/store\/v1\/(batch|cart)/.test(answer.url()) && answer.request().method() === 'POST',
    ),
    form.locator('.single_add_to_cart_button:not(.disabled)').click(),
  ]);
}
async function oneMoreOfEach(form) {
  for (const button of await form.getByRole('button', { name: 'Increase quantity' }).all()) {
    await button.click();
  }
}

const addItem = (id, quantity) => ({
  path: '/wc/store/v1/cart/add-item',
  method: 'POST',
  body: { id, quantity },
});

export const adds = [
  {
    name: "the product page's form",
    gives: ONE,
    async run({ shopper, goods: { simple } }) {
      await shopper.addByForm(simple.path);
      return told([simple, 1]);
    },
  },
  {
    name: 'the form, three at once',
    needs: REAL,
    gives: ONE,
    async run({ shopper, goods: { simple } }) {
      await shopper.addByForm(simple.path, { units: 3 });
      return told([simple, 3]);
    },
  },
  {
    name: 'the form, twice',
    needs: REAL,
    gives: TWO,
    async run({ shopper, goods: { simple } }) {
      await shopper.addByForm(simple.path);
      await shopper.addByForm(simple.path);
      return told([simple, 1], [simple, 1]);
    },
  },
  {
    name: 'the form, which leads to the cart',
    needs: REAL,
    gives: ONE,
    async run(visit) {
      const { shopper, goods } = visit;
      await redirects(visit);
      await shopper.addByForm(goods.simple.path);
      return told([goods.simple, 1]);
    },
  },
  {
    name: 'the form of a variable product',
    needs: REAL,
    gives: ONE,
    async run({ shopper, goods: { variable } }) {
      await shopper.addByForm(variable.path, { choice: variable.choice });
      return told([variable.variation, 1]);
    },
  },
  {
    name: 'the form of a grouped product',
    needs: REAL,
    gives: TWO,
    async run({ shopper, goods: { group } }) {
      await shopper.open(group.path);
      const fields = shopper.page.locator('form.cart input.qty');
      await fields.nth(0).fill('2');
      await fields.nth(1).fill('1');
      await shopper.pressAdd();
      return told([group.members[0], 2], [group.members[1], 1]);
    },
  },
  {
    name: 'the AJAX button of a list',
    needs: { theme: 'classic' },
    gives: ONE,
    async run({ shopper, goods: { simple, list } }) {
      await shopper.addByAjax(simple.sku, list);
      return told([simple, 1]);
    },
  },
  {
    name: 'the AJAX button, which leads to the cart',
    needs: CLASSIC,
    gives: ONE,
    async run(visit) {
      const { shopper, goods } = visit;
      await redirects(visit);
      await shopper.open(goods.list);
      await leadsToCart(shopper, `a.ajax_add_to_cart[data-product_sku="${goods.simple.sku}"]`);
      return told([goods.simple, 1]);
    },
  },
  {
    name: 'the button of the product collection block',
    needs: BLOCK,
    gives: ONE,
    async run({ shopper, goods: { simple, list } }) {
      await shopper.addByBlockButton(simple.id, list);
      return told([simple, 1]);
    },
  },
  {
    name: "the block's button, which leads to the cart",
    needs: BLOCK,
    gives: ONE,
    async run(visit) {
      const { shopper, goods } = visit;
      await redirects(visit);
      await shopper.open(goods.list);
      await leadsToCart(shopper, `a.add_to_cart_button[data-product_id="${goods.simple.id}"]`);
      return told([goods.simple, 1]);
    },
  },
  {
    name: 'Add to Cart + Options, two at once',
    needs: BLOCK,
    gives: ONE,
    async run({ shopper, goods: { simple } }) {
      await withOptions(shopper, simple.options, oneMoreOfEach);
      return told([simple, 2]);
    },
  },
  {
    name: 'Add to Cart + Options, a variable product',
    needs: BLOCK,
    gives: ONE,
    async run({ shopper, goods: { variable } }) {
      await withOptions(shopper, variable.options, (form) => form.getByRole('radio', { name: variable.choice }).click());
      return told([variable.variation, 1]);
    },
  },
  {
    name: 'Add to Cart + Options, a grouped product',
    needs: BLOCK,
    gives: TWO,
    async run({ shopper, goods: { group } }) {
      await withOptions(shopper, group.options, oneMoreOfEach);
      return told([group.members[0], 1], [group.members[1], 1]);
    },
  },
  {
    name: 'a call of the Store API, and one for more',
    gives: TWO,
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      await shopper.addById(simple.id, 2);
      await shopper.addById(simple.id, 3);
      return told([simple, 2], [simple, 3]);
    },
  },
  {
    name: 'a batch of the Store API, of which one fails',
    needs: REAL,
    gives: TWO,
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      await shopper.batch([addItem(simple.id, 1), addItem(999999, 1), addItem(simple.id, 4)]);
      return told([simple, 1], [simple, 4]);
    },
  },
  {
    name: 'a link with ?add-to-cart= and a quantity',
    needs: REAL,
    gives: ONE,
    async run({ shopper, goods: { simple } }) {
      await shopper.open(`/shop/?add-to-cart=${simple.id}&quantity=2`);
      return told([simple, 2]);
    },
  },
  {
    name: 'an old order, ordered again',
    needs: REAL,
    gives: { signup: 1, ...ONE },
    async run({ shop, shopper, goods: { simple } }) {
      const email = await signUp(shopper);
      const past = await fetch(`${shop.url}/?${new URLSearchParams({ flow: 'past', product: simple.id, email })}`);
      await shopper.open(await past.json());
      await leadsToCart(shopper, '.order-again a');
      return told([simple, 2]);
    },
  },
];
