// Pinterest's event names (docs/wire-contract.md#event-names): the API's snake_case name of each and the name the tag
// uses for it. The pair is one fact, kept in one place: the API check, the pairing of both halves and the records read
// it from here.

const TAG_NAME_OF = new Map([
  ['add_payment_info', 'AddPaymentInfo'],
  ['add_to_cart', 'AddToCart'],
  ['add_to_wishlist', 'AddToWishList'],
  ['app_install', null],
  ['app_open', null],
  ['checkout', 'Checkout'],
  ['contact', 'Contact'],
  ['custom', 'Custom'],
  ['customize_product', 'CustomizeProduct'],
  ['find_location', 'FindLocation'],
  ['initiate_checkout', 'InitiateCheckout'],
  ['lead', 'Lead'],
  ['page_visit', 'PageVisit'],
  ['schedule', 'Schedule'],
  ['search', 'Search'],
  ['signup', 'SignUp'],
  ['start_trial', 'StartTrial'],
  ['submit_application', 'SubmitApplication'],
  ['subscribe', 'Subscribe'],
  ['view_category', 'ViewCategory'],
  ['view_content', 'ViewContent'],
  ['watch_video', 'WatchVideo'],
]);

const API_NAME_OF = new Map();
for (const [api, tag] of TAG_NAME_OF) {
  if (tag !== null) API_NAME_OF.set(tag.toLowerCase(), api);
}

/** Every event_name the API knows. */
export const API_NAMES = Object.freeze([...TAG_NAME_OF.keys()]);

/** @returns {boolean} whether the API counts events of this name under it */
export function isApiName(name) {
  return TAG_NAME_OF.has(name);
}

/**
 * The API name of a name given to pintrk('track'); the tag compares without case and trims.
 * @returns {string|null} null for a name that has no counterpart
 */
export function apiNameOfTag(name) {
  return API_NAME_OF.get(String(name).trim().toLowerCase()) ?? null;
}
