// WP-CLI inside a shop, under the shop's own account: whatever it writes belongs
// to whom the web server's PHP runs as.

import { mkdirSync } from 'node:fs';
import { run } from './run.mjs';

/**
 * @param at     layoutOf() of the shop
 * @param asWhom {uid, gid} or {}
 * @param more   of the environment
 * @returns {(...args: string[]) => Promise<string>} stdout without the last line break
 */
export function wpCli(at, asWhom, more = {}) {
  mkdirSync(at.phpCli, { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: at.dir,
    // An empty element stands for the distribution's own directory.
    PHP_INI_SCAN_DIR: `:${at.phpCli}`,
    WP_CLI_CACHE_DIR: `${at.run}/wp-cli`,
    WP_CLI_DISABLE_AUTO_CHECK_UPDATE: '1',
    ...more,
  };
  const php = ['-d', 'memory_limit=512M', '-d', 'display_errors=stderr', at.wpCli, `--path=${at.docroot}`, '--no-color', '--allow-root'];
  return async (...args) => {
    const text = await run('php', [...php, ...args.map(String)], { env, cwd: at.dir, ...asWhom });
    return text.replace(/\n$/, '');
  };
}
