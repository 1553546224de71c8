// WordPress 7.1.1, WP-CLI and the SQLite drop-in. The npm package wp-studio
// carries all three, and npm checks what it downloads, so one pinned version is
// enough. Its dependencies are not installed: only files are taken from it.

import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cacheRoot, exists } from './cache.mjs';
import { run } from './run.mjs';

export const STUDIO_VERSION = '1.22.0';

const FILES = 'package/dist/cli/wp-files';

/** The package as npm delivers it. */
async function tarball() {
  const dir = path.join(cacheRoot, 'npm');
  const file = path.join(dir, `wp-studio-${STUDIO_VERSION}.tgz`);
  if (!(await exists(file))) {
    await mkdir(dir, { recursive: true });
    await run('npm', ['pack', '--silent', '--pack-destination', dir, `wp-studio@${STUDIO_VERSION}`]);
  }
  return file;
}

/** Unpacks WordPress into `docroot`, and WP-CLI to `phar`. */
export async function unpackStudio(docroot, phar) {
  const archive = await tarball();
  const themes = `${FILES}/latest/wordpress/wp-content/themes`;
  await mkdir(docroot, { recursive: true });
  await run('tar', [
    'xzf', archive, '-C', docroot, '--strip-components=6',
    '--exclude', `${themes}/twentytwentythree`, '--exclude', `${themes}/twentytwentyfour`,
    '--exclude', '*/wp-content/plugins/*', '--no-same-owner',
    `${FILES}/latest/wordpress`,
  ]);
  await run('tar', [
    'xzf', archive, '-C', path.dirname(phar), '--strip-components=5', '--no-same-owner',
    `${FILES}/wp-cli`,
  ]);
}

/** Puts the SQLite drop-in in its place. */
export async function unpackSqlite(docroot) {
  const archive = await tarball();
  const dropIn = path.join(docroot, 'wp-content/plugins/sqlite-database-integration');
  await mkdir(dropIn, { recursive: true });
  await run('tar', [
    'xzf', archive, '-C', dropIn, '--strip-components=5', '--no-same-owner',
    `${FILES}/sqlite-database-integration`,
  ]);
  // Its db.copy looks for the plugin in just this place when nobody filled in its blanks.
  await copyFile(path.join(dropIn, 'db.copy'), path.join(docroot, 'wp-content/db.php'));
}
