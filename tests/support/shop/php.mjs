// The PHP of this machine, and the account a shop runs under.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Major and minor version of the command line PHP: FPM has to be of the same. */
export const phpVersion = execFileSync('php', ['-r', 'echo PHP_MAJOR_VERSION.".".PHP_MINOR_VERSION;'], {
  encoding: 'utf8',
});

export function firstThatExists(files) {
  const found = files.find((file) => existsSync(file));
  if (!found) {
    throw new Error(`none of these is installed: ${files.join(', ')}`);
  }
  return found;
}

export const fpmBinary = () =>
  firstThatExists([`/usr/sbin/php-fpm${phpVersion}`, '/usr/sbin/php-fpm', '/usr/local/sbin/php-fpm']);

export const nginxBinary = () =>
  firstThatExists(['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx']);

const number = (flag, name) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));

/**
 * The shop's account. PHP-FPM refuses to serve as root, and a real shop does
 * not run as its administrator either, so root gives way to www-data. Anybody
 * else runs the shop as himself: no ids to set.
 */
export const account =
  process.getuid() === 0
    ? { name: 'www-data', uid: number('-u', 'www-data'), gid: number('-g', 'www-data') }
    : null;

/** For spawn(): as whom a program of the shop runs. */
export const asShop = account ? { uid: account.uid, gid: account.gid } : {};
