// What the check of a body must refuse, one fault at a time, and what it must let through.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bodyCheck, openApiCheck, openApiFile, ownCheck } from '../support/pinterest/schema.mjs';
import { HASH, checkout } from './helpers.mjs';

const check = ownCheck();
const openApi = openApiFile();

const user = (changes) => checkout({ user_data: { ...checkout().user_data, ...changes } });
const custom = (changes) => checkout({ custom_data: { ...checkout().custom_data, ...changes } });
const content = (changes) => custom({ contents: [{ id: '17', ...changes }] });

const REFUSED = [
  ['a number instead of a money string', custom({ value: 35.4 }), 'data[0].custom_data.value'],
  ['a number as item price', content({ item_price: 11.8 }), 'data[0].custom_data.contents[0].item_price'],
  ['a number as predicted value', custom({ predicted_ltv: 100 }), 'data[0].custom_data.predicted_ltv'],
  ['money with a comma', custom({ value: '35,40' }), 'data[0].custom_data.value'],
  ['money with an exponent', custom({ value: '3.5e1' }), 'data[0].custom_data.value'],
  ['money with a thousands separator', custom({ value: '1,035.40' }), 'data[0].custom_data.value'],
  ['a value of zero', custom({ value: '0.00' }), 'data[0].custom_data.value'],
  ['a negative value', custom({ value: '-1' }), 'data[0].custom_data.value'],
  ['an empty value', custom({ value: '' }), 'data[0].custom_data.value'],
  ['a text as quantity', content({ quantity: '3' }), 'data[0].custom_data.contents[0].quantity'],
  ['a broken quantity', content({ quantity: 1.5 }), 'data[0].custom_data.contents[0].quantity'],
  ['a text as number of items', custom({ num_items: '3' }), 'data[0].custom_data.num_items'],
  ['a number as order id', custom({ order_id: 1001 }), 'data[0].custom_data.order_id'],
  ['a number as product id', custom({ content_ids: [17] }), 'data[0].custom_data.content_ids[0]'],
  ['null where null is not allowed', content({ id: null }), 'data[0].custom_data.contents[0].id'],
  ['a currency in lower case', custom({ currency: 'eur' }), 'data[0].custom_data.currency'],
  ['another opt-out than LDP', custom({ opt_out_type: 'CCPA' }), 'data[0].custom_data.opt_out_type'],
  ['an unknown key of an event', checkout({ dedup_key: 'x' }), 'data[0]'],
  ['an unknown key of custom_data', custom({ coupon: 'SPRING' }), 'data[0].custom_data'],
  ['an unknown key of an item', content({ sku: 'C-1' }), 'data[0].custom_data.contents[0]'],
  ['an unknown key of user_data', user({ email: HASH }), 'data[0].user_data'],
  ['a key of a later version', content({ item_brand_id: '9' }), 'data[0].custom_data.contents[0]'],
  ['opt_out_type in user_data', user({ opt_out_type: 'LDP' }), 'data[0].user_data'],
  ['em that is no array', user({ em: HASH }), 'data[0].user_data.em'],
  ['an empty array of hashes', user({ ph: [] }), 'data[0].user_data.ph'],
  ['a hash in upper case', user({ em: [HASH.toUpperCase()] }), 'data[0].user_data.em[0]'],
  ['an MD5 hash', user({ em: ['d4c74594d841139328695756648b6bd6'] }), 'data[0].user_data.em[0]'],
  ['a plain e-mail address', user({ em: ['john.doe@example.com'] }), 'data[0].user_data.em[0]'],
  [
    'the hash of nothing',
    user({ fn: ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'] }),
    'data[0].user_data.fn[0]',
  ],
  ['an array as address', user({ client_ip_address: ['203.0.113.9'] }), 'data[0].user_data.client_ip_address'],
  ['a hashed click id in an array', user({ click_id: [HASH] }), 'data[0].user_data.click_id'],
  ['no match key', checkout({ user_data: {} }), 'data[0].user_data'],
  ['a phone as the only match key', checkout({ user_data: { ph: [HASH] } }), 'data[0].user_data'],
  ['external_id as the only match key', checkout({ user_data: { external_id: [HASH] } }), 'data[0].user_data'],
  [
    'an address without its user agent',
    checkout({ user_data: { client_ip_address: '203.0.113.9' } }),
    'data[0].user_data',
  ],
  ['a text as time', checkout({ event_time: '1795000000' }), 'data[0].event_time'],
  ['a time with a fraction', checkout({ event_time: 1795000000.5 }), 'data[0].event_time'],
  ['no event id', checkout({ event_id: undefined }), 'data[0]'],
  ['an empty event id', checkout({ event_id: '' }), 'data[0].event_id'],
  ['an event id that is a number', checkout({ event_id: 1001 }), 'data[0].event_id'],
  ['another action source', checkout({ action_source: 'website' }), 'data[0].action_source'],
  ['a language with a country', checkout({ language: 'en_US' }), 'data[0].language'],
  ['a relative page address', checkout({ event_source_url: '/checkout/' }), 'data[0].event_source_url'],
  ['a page address with a space', checkout({ event_source_url: 'https://shop.example/a b' }), 'data[0].event_source_url'],
  ['a page address without a host', checkout({ event_source_url: 'https:///cart' }), 'data[0].event_source_url'],
  ['a partner name of another form', checkout({ partner_name: 'phloz_test' }), 'data[0].partner_name'],
  ['opt_out as text', checkout({ opt_out: 'true' }), 'data[0].opt_out'],
];

for (const [what, event, path] of REFUSED) {
  test(`${what} is refused at ${path}`, () => {
    const faults = check(JSON.parse(JSON.stringify({ data: [event] })));
    assert.deepEqual(
      faults.map((fault) => fault.path),
      [path],
    );
  });
}

test('every fault of a body is named, each once', () => {
  const event = custom({ value: 1, order_id: 2 });
  event.user_data.em = ['x', 'y'];
  assert.deepEqual(
    check({ data: [event] })
      .map((fault) => fault.path)
      .sort(),
    ['data[0].custom_data.order_id', 'data[0].custom_data.value', 'data[0].user_data.em[0]', 'data[0].user_data.em[1]'],
  );
});

test('nothing may stand beside data, and data must be there', () => {
  assert.equal(check({ data: [checkout()], test: true })[0].path, '');
  assert.equal(check({})[0].message, "'data' is a required property");
  assert.equal(check([checkout()])[0].path, '');
});

test('a refusal for want of match keys says which would do', () => {
  const [fault] = check({ data: [checkout({ user_data: { ph: [HASH] } })] });
  assert.match(fault.message, /it needs em, or hashed_maids, or client_ip_address with client_user_agent/);
});

const ALLOWED = [
  ['a full checkout', checkout()],
  ['e-mail as the only match key', checkout({ user_data: { em: [HASH] } })],
  [
    'address and user agent as the only match keys',
    checkout({ user_data: { client_ip_address: '203.0.113.9', client_user_agent: 'x' } }),
  ],
  ['several hashes of one kind', user({ em: [HASH, HASH.replace('8', '9')] })],
  ['null where it is allowed', checkout({ language: null, custom_data: { value: null, currency: null } })],
  ['an item that costs nothing', content({ item_price: '0' })],
  ['a money string without a fraction', custom({ value: '1200' })],
  ['the forms of a partner name', checkout({ partner_name: 'ss-acme.shop_2' })],
  ['no custom_data', checkout({ custom_data: undefined })],
];

for (const [what, event] of ALLOWED) {
  test(`${what} is let through`, () => {
    assert.deepEqual(bodyCheck()(JSON.parse(JSON.stringify({ data: [event] }))), []);
  });
}

const beside = { skip: openApi === null && 'not run: the OpenAPI description does not lie beside the checkout' };

test("what Pinterest's description refuses, the own schema refuses as well", beside, () => {
  const theirs = openApiCheck(openApi, 'ConversionEvents');
  for (const [what, event] of REFUSED) {
    const body = JSON.parse(JSON.stringify({ data: [event] }));
    if (theirs(body).length > 0) assert.notDeepEqual(check(body), [], what);
  }
});

test("Pinterest's description is applied too, its null and its match-key choice included", beside, () => {
  const theirs = openApiCheck(openApi, 'ConversionEvents');
  const paths = (event) => theirs({ data: [event] }).map((fault) => fault.path);
  assert.deepEqual(paths(checkout({ language: null })), []);
  assert.deepEqual(paths(custom({ value: 35.4 })), ['data[0].custom_data.value']);
  assert.deepEqual(paths(content({ id: null })), ['data[0].custom_data.contents[0].id']);
  assert.ok(paths(checkout({ user_data: { ph: [HASH] } })).includes('data[0].user_data'));
});
