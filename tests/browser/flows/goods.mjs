// What a shop needs before flows can be made in it: somebody who acts beside the shoppers, and goods.

import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const GOODS = readFileSync(path.join(here, 'goods.php'), 'utf8').replace(/^<\?php/, '');

const OPTIONS = {
  woocommerce_enable_myaccount_registration: 'yes',
  woocommerce_cheque_settings: { enabled: 'yes', title: 'Cheque' },
  // As an owner may choose beside the defaults: a cheque counts when it is placed, and renewals count.
  pinrelay_settings: { gateways: { cheque: 'placed' }, order_sources: ['subscription'] },
};

/** As PHP reads it, whatever is in it. */
export const php = (value) => `json_decode(base64_decode('${Buffer.from(JSON.stringify(value)).toString('base64')}'), true)`;

/** @param {object} world  openWorld(), or anything with a `shop`; once for each shop */
export async function prepare({ shop }) {
  await copyFile(path.join(here, 'switches.php'), path.join(shop.paths.content, 'mu-plugins/pinrelay-test-flows.php'));
  await shop.php(`foreach (${php(OPTIONS)} as $name => $value) { update_option($name, $value); }`);
}

/**
 * @param {object} world
 * @param {{slug: string, name: string, sku?: string, option?: string}} wish  a range of products, each named by `name` and
 *   its kind; see goods.php
 * @returns {Promise<object>}  {name, list, simple} and, with the real WooCommerce, {other, variable, group, free, fading}.
 *   A product is {id, sku, path, price}; `options` is a page with the block "Add to Cart + Options"; a variable one has
 *   its `choice` and the `variation` that is; a group its `members`. `list` is a page that lists them all.
 */
export async function stock({ shop }, wish = { slug: 'mug', name: 'Blue mug' }) {
  const printed = await shop.php(`$wish = ${php(wish)}; ${GOODS.replace(/declare\(strict_types=1\);/, '')}`);
  return JSON.parse(printed);
}
