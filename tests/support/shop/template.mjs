// The finished install that every shop starts as a copy of: WordPress on SQLite
// or MariaDB, WooCommerce or its stand-in, products, pages, gateways. Built once and kept in
// the cache under a key of everything it is made from. Our own plugin is not in
// it: each shop gets the checkout's current one.
//
// A shop links the 9,000 files of code, which nobody may write to, and copies the rest: copying all of them costs more
// than most tests do.

import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, cachedDir } from './cache.mjs';
import { wpConfig } from './configs.mjs';
import { contentDigest } from './digest.mjs';
import { layoutOf } from './layout.mjs';
import { createMariaDb, mariaDbVersion, startMariaDb } from './mariadb.mjs';
import { phpVersion } from './php.mjs';
import { run } from './run.mjs';
import { STUDIO_VERSION, unpackSqlite, unpackStudio } from './studio.mjs';
import { wpCli } from './wp-cli.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const KEPT = 6;

/** Not a real host: a shop that still answers under it was not finished. */
export const TEMPLATE_URL = 'http://shop.invalid';

export const ADMIN = { user: 'admin', password: 'admin' };

async function keyOf(woocommerce, database) {
  const code = await Promise.all(
    ['template.mjs', 'studio.mjs', 'mariadb.mjs'].map((name) => readFile(path.join(here, name))),
  );
  const parts = [
    STUDIO_VERSION,
    phpVersion,
    database === 'mariadb' ? mariaDbVersion() : database,
    woocommerce.digest,
    contentDigest(path.join(here, 'wordpress')),
    contentDigest(path.join(here, 'theme')),
    ...code,
  ];
  return parts.reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256')).digest('hex').slice(0, 16);
}

async function build(dir, woocommerce, database) {
  const at = layoutOf(dir);
  await mkdir(at.database, { recursive: true });
  await mkdir(at.run, { recursive: true });
  await unpackStudio(at.docroot, at.wpCli);
  await cp(woocommerce.dir, path.join(at.plugins, 'woocommerce'), { recursive: true });
  await cp(path.join(here, 'wordpress/mu-plugins'), path.join(at.content, 'mu-plugins'), { recursive: true });
  await cp(path.join(here, 'theme'), path.join(at.content, 'themes/pinrelay-classic'), { recursive: true });
  await writeFile(at.wpConfig, wpConfig(at, database, {}));

  // The template is nobody's shop yet: it is made as whoever runs this.
  if (database === 'mariadb') {
    await createMariaDb(at);
    const server = await startMariaDb(at, {});
    try {
      await install(at);
    } finally {
      await server.stop();
    }
  } else {
    await unpackSqlite(at.docroot);
    await install(at);
  }
  await rm(at.run, { recursive: true });
  await rm(at.wpConfig);
  const besides = data(dir).flatMap((its) => ['-path', its, '-prune', '-o']);
  await run('find', [dir, ...besides, '-type', 'f', '-exec', 'chmod', 'a-w', '{}', '+']);
}

/** What changes while a shop runs, or may be changed by a test. */
function data(dir) {
  const at = layoutOf(dir);
  return [at.database, path.join(at.content, 'mu-plugins'), path.join(at.content, 'uploads')];
}

/** @param {string} from  a template(); a cache on another file system than `to` is copied whole */
export async function copyTemplate(from, to) {
  try {
    await run('cp', ['-a', '--link', `${from}/.`, to]);
  } catch {
    await run('cp', ['-a', '--remove-destination', `${from}/.`, to]);
    return;
  }
  await run('rm', ['-rf', ...data(to)]);
  await Promise.all(data(from).map((its, n) => run('cp', ['-a', its, data(to)[n]])));
}

async function install(at) {
  const wp = wpCli(at, {});
  await wp(
    'core', 'install', `--url=${TEMPLATE_URL}`, '--title=Ceramics & Co', '--skip-email',
    `--admin_user=${ADMIN.user}`, `--admin_password=${ADMIN.password}`, '--admin_email=owner@example.com',
  );
  await wp('plugin', 'activate', 'woocommerce');
  await wp('eval-file', '--use-include', path.join(here, 'wordpress/setup.php'));
}

/** Deletes the snapshots that were not used for the longest time. */
async function prune(dir) {
  const names = (await readdir(dir)).filter((name) => !name.endsWith('.partial'));
  const used = await Promise.all(
    names.map(async (name) => ({ name, at: Number(await readFile(path.join(dir, name, 'used'), 'utf8').catch(() => 0)) })),
  );
  const old = used.sort((a, b) => b.at - a.at).slice(KEPT);
  await Promise.all(old.map(({ name }) => rm(path.join(dir, name), { recursive: true, force: true })));
}

/**
 * @param {'sqlite'|'mariadb'} database
 * @returns {Promise<string>} the directory to copy a shop from
 */
export async function template(woocommerce, database) {
  const name = `shops/${woocommerce.kind}-${database}-${await keyOf(woocommerce, database)}`;
  const dir = await cachedDir(name, (partial) => build(partial, woocommerce, database));
  await writeFile(path.join(dir, 'used'), String(Date.now()));
  await prune(path.join(cacheRoot, 'shops'));
  return dir;
}
