// Writes php-plugin/languages/pinrelay.pot, the list of all words to translate, with the WP-CLI of the tests' shop.
//
//   node tests/support/shop/pot.mjs

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutOf } from './layout.mjs';
import { run } from './run.mjs';
import { template } from './template.mjs';
import { findWooCommerce } from './woocommerce.mjs';

const plugin = fileURLToPath(new URL('../../../php-plugin', import.meta.url));

const { wpCli } = layoutOf(await template(await findWooCommerce('stand-in'), 'sqlite'));
// Without places in the code and times, so that the file changes when the words do.
const headers = JSON.stringify({ 'Report-Msgid-Bugs-To': '', 'POT-Creation-Date': '', 'PO-Revision-Date': '' });
await run('php', [
  '-d', 'memory_limit=512M', wpCli, 'i18n', 'make-pot', plugin, path.join(plugin, 'languages/pinrelay.pot'),
  '--domain=pinrelay', '--no-location', `--headers=${headers}`, '--allow-root',
]);
