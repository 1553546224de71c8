// Looking: a page, a product, a list, a search, a checkout begun. index.mjs says what a flow is.

const REAL = { real: true };

/** Opens the checkout page twice: a reload is no second checkout. */
async function beginCheckout({ shop, shopper, goods: { simple } }) {
  await shopper.open(simple.path);
  await shopper.addById(simple.id, 2);
  await shopper.open(shop.pages.checkout[shop.checkout]);
  await shopper.page.reload();
  return { says: { initiate_checkout: [{ ids: [simple.id], units: 2, value: 2 * simple.price }] } };
}

export const views = [
  {
    name: 'a page is opened',
    gives: { page_visit: 1 },
    run: ({ shopper }) => shopper.open('/'),
  },
  {
    name: "a product's page is opened",
    gives: { page_visit: 1 },
    async run({ shopper, goods: { simple } }) {
      await shopper.open(simple.path);
      return { says: { page_visit: [{ ids: [simple.id], units: 1 }] } };
    },
  },
  {
    name: 'a category is opened',
    needs: REAL,
    gives: { page_visit: 1, view_category: 1 },
    async run({ shopper, goods }) {
      await shopper.open(goods.list);
      return { says: { view_category: [{ category: goods.category }] } };
    },
  },
  {
    name: 'the shop page is opened',
    needs: REAL,
    gives: { page_visit: 1, view_category: 1 },
    async run({ shopper }) {
      await shopper.open('/shop/');
      return { says: { view_category: [{ category: 'Shop' }] } };
    },
  },
  {
    name: 'a search for products',
    gives: { page_visit: 1, view_category: 0, search: 1 },
    async run({ shopper }) {
      await shopper.open('/?s=e&post_type=product');
      return { says: { search: [{ words: 'e' }] } };
    },
  },
  {
    name: 'a search of the blog, which is none for products',
    gives: { page_visit: 1 },
    run: ({ shopper }) => shopper.open('/?s=hello'),
  },
  {
    name: 'a search that finds one product, and shows it',
    needs: REAL,
    gives: { page_visit: 1, search: 1 },
    run: ({ shopper }) => shopper.open('/?s=pattern&post_type=product'),
  },
  {
    name: 'the classic checkout is opened, and reloaded',
    needs: { ...REAL, pages: 'classic' },
    gives: { add_to_cart: 1, initiate_checkout: 1 },
    run: beginCheckout,
  },
  {
    name: 'the Checkout block is opened, and reloaded',
    needs: { ...REAL, pages: 'block' },
    gives: { add_to_cart: 1, initiate_checkout: 1 },
    run: beginCheckout,
  },
];
