// What the halves of events say: whether they contradict each other, or what a flow knows. Pure.

import { isDeepStrictEqual } from 'node:util';

const amount = (value) => (value === undefined ? undefined : Number(value));
const list = (values) => (values?.length ? values.map(String) : undefined);

/** The parts of an event that both halves have, as each spells them. */
const ofServer = ({ event: { custom_data: data = {}, user_data: user } }) => ({
  ids: list(data.content_ids),
  units: data.num_items,
  value: amount(data.value),
  currency: data.currency,
  order: data.order_id,
  words: data.search_string,
  category: data.content_category,
  email: user.em?.[0],
  visitor: user.external_id?.[0],
});
const ofTag = ({ data, partner }) => ({
  ids: list(data.line_items?.map((line) => line.product_id).filter((id) => id !== undefined)),
  units: data.order_quantity,
  value: data.value,
  currency: data.currency,
  order: data.order_id === undefined ? undefined : String(data.order_id),
  words: data.search_query,
  category: data.line_items?.length === 1 && !data.line_items[0].product_id ? data.line_items[0].product_category : undefined,
  email: partner.em,
  visitor: partner.external_id,
});
/** Who is known grows from page to page, and a cookie holds no words that a shopper typed. */
const MAY_LACK = ['email', 'visitor', 'words'];
/** An account may have another e-mail than its order, which is what a purchase goes by. */
const isCompared = (key, { event_name: name }) => key !== 'email' || name === 'checkout';

/** What the two halves of an event say differently. */
export function contradictions({ server, browser }) {
  return server.flatMap((record) => {
    const tag = browser.find((one) => one.command === 'track' && one.ok && one.event_id === record.event_id);
    const [theirs, ours] = tag ? [ofTag(tag), ofServer(record)] : [{}, {}];
    return Object.keys(ours)
      .filter((key) => isCompared(key, record))
      .filter((key) => !(MAY_LACK.includes(key) && (ours[key] === undefined || theirs[key] === undefined)))
      .filter((key) => !isDeepStrictEqual(ours[key], theirs[key]))
      .map((key) => `${record.event_name}: ${key} is ${theirs[key]} by the browser and ${ours[key]} by the server`);
  });
}

/**
 * Where the events of a name do not say what they should.
 *
 * @param {object[]} lines             what each is to say: some of the parts above, in any order of events
 * @param {(half: string) => boolean} isToBe
 */
export function otherwise(name, lines, records, isToBe) {
  const wanted = lines.map((line) => ({ ...line, ...(line.ids && { ids: line.ids.map(String) }) }));
  const keys = Object.keys(wanted[0]);
  const pick = (facts) => Object.fromEntries(keys.map((key) => [key, facts[key]]));
  const sorted = (all) => all.map((one) => JSON.stringify(one)).sort();
  const byHalf = {
    browser: records.browser.filter((one) => one.api_name === name && one.ok).map((one) => pick(ofTag(one))),
    server: records.server.filter((one) => one.event_name === name).map((one) => pick(ofServer(one))),
  };
  return Object.entries(byHalf)
    .filter(([half]) => isToBe(half))
    .filter(([, told]) => !isDeepStrictEqual(sorted(told), sorted(wanted)))
    .map(([half, told]) => `${name} by the ${half}: ${sorted(told)} instead of ${sorted(wanted)}`);
}
