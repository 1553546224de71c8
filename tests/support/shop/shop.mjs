// A WordPress shop of its own for a test or the demo: copied from the finished
// install, served by its own nginx and PHP-FPM on a loopback port, on SQLite or a
// MariaDB of its own, with the plugin of this checkout and, if asked for, the
// extension. Everything it makes is below one directory; stop() ends its servers
// and removes what it made.

import { rmSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeClock } from '../clock/clock.mjs';
import { phpIni, wpConfig } from './configs.mjs';
import { layoutOf, nodeLayout } from './layout.mjs';
import { startMariaDb } from './mariadb.mjs';
import { startNode } from './node.mjs';
import { account, asShop } from './php.mjs';
import { run } from './run.mjs';
import { freePort } from './service.mjs';
import { ADMIN, copyTemplate, template } from './template.mjs';
import { findWooCommerce } from './woocommerce.mjs';
import { wpCli } from './wp-cli.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

async function newDir(dir) {
  if (dir) {
    await mkdir(dir, { recursive: true });
    return path.resolve(dir);
  }
  return mkdtemp(path.join(tmpdir(), 'pinrelay-shop-'));
}

/** Shops that were not stopped: what they made goes when this process does. */
const made = new Set();
process.on('exit', () => made.forEach((dir) => rmSync(dir, { recursive: true, force: true, maxRetries: 5 })));

/** Everything of the shop belongs to its account. */
async function own(...files) {
  if (account) {
    await run('chown', ['-R', `${account.uid}:${account.gid}`, ...files]);
  }
}

/** What tells our plugin about a Pinterest stand-in; nothing without one. */
function pinterestConstants(standin) {
  if (!standin) {
    return {};
  }
  return {
    PINRELAY_ENABLED: true,
    PINRELAY_TAG_ID: standin.tagId ?? '2612345678901',
    PINRELAY_AD_ACCOUNT_ID: standin.account ?? '549755885175',
    PINRELAY_ACCESS_TOKEN: standin.token ?? 'pina_standin',
    PINRELAY_API_BASE: `${standin.url}/v5`,
    PINRELAY_TAG_SCRIPT_URL: `${standin.url}/ct/core.js`,
  };
}

/** Copies the checkout's plugin in: the shop's account may not be able to read the checkout. */
async function installPlugin(at) {
  await cp(path.join(root, 'php-plugin'), path.join(at.plugins, 'pinrelay'), { recursive: true });
}

/**
 * @param {object} wish
 * @param {string} [wish.dir]         default: a new one below the system's temporary directory
 * @param {number} [wish.port]        default: a free one
 * @param {string|null} [wish.extension]  path of the built extension, or null: without
 * @param {boolean} [wish.cliExtension]   whether WP-CLI loads it, too (default true)
 * @param {object} [wish.standin]     {url, token?, account?} of the Pinterest stand-in
 * @param {'classic'|'block'} [wish.theme]
 * @param {'classic'|'block'} [wish.checkout]  the assigned checkout page; default: as the theme
 * @param {'auto'|'real'|'stand-in'} [wish.woocommerce]
 * @param {'sqlite'|'mariadb'} [wish.database]  default: PINRELAY_TEST_DATABASE, else sqlite
 * @param {object} [wish.ini]         ini settings for FPM and WP-CLI
 * @param {object} [wish.constants]   wp-config constants; they win over the stand-in's, and null takes one away
 * @param {number} [wish.workers]     PHP-FPM workers
 * @param {boolean} [wish.ondemand]   FPM's ondemand manager instead of static
 * @param {boolean} [wish.cache]      a full-page cache in front of PHP (default false)
 * @param {boolean} [wish.network]    whether the web server knows the folders of a network's sites (default false)
 * @param {boolean} [wish.hidden]     whether PHP sees a proxy's address in the place of each shopper's (default false)
 * @param {string} [wish.forbid]      path of a PHP file that the web server refuses to everybody
 * @param {number} [wish.idleSeconds] after which that one lets a worker go
 * @param {boolean} [wish.clock]      whether the shop has a clock of its own, `shop.clock`
 * @param {boolean} [wish.plugin]     whether our plugin is active (default true)
 */
export async function startShop(wish = {}) {
  const woocommerce = await findWooCommerce(wish.woocommerce);
  const real = woocommerce.kind !== 'stand-in';
  // The stand-in has no templates for block themes.
  const theme = real ? (wish.theme ?? 'block') : 'classic';
  const checkout = real ? (wish.checkout ?? theme) : 'classic';

  const database = wish.database ?? process.env.PINRELAY_TEST_DATABASE ?? 'sqlite';

  const at = layoutOf(await newDir(wish.dir));
  made.add(at.dir);
  const port = wish.port || (await freePort());
  const url = `http://127.0.0.1:${port}`;

  await copyTemplate(await template(woocommerce, database), at.dir);
  await Promise.all([at.run, at.phpWeb, at.phpCli, path.dirname(at.extension)].map((dir) => mkdir(dir, { recursive: true })));
  // mkdtemp gives 0700; nginx's worker and the pool have to pass.
  await chmod(at.dir, 0o755);
  await writeFile(at.wpConfig, wpConfig(at, database, { ...pinterestConstants(wish.standin), ...wish.constants }));
  const withPlugin = wish.plugin ?? true;
  if (withPlugin) {
    await installPlugin(at);
  }
  const clock = wish.clock ? await makeClock(path.dirname(at.extension)) : null;

  let extension = wish.extension ?? null;
  async function writeIni() {
    if (extension) {
      // A new file under the old name, never new content in a mapped file.
      await rm(at.extension, { force: true });
      await copyFile(extension, at.extension);
    }
    const ini = wish.ini ?? {};
    const cli = wish.cliExtension ?? true;
    await writeIniTo(at.phpWeb, ini);
    await writeFile(
      `${at.phpCli}/90-pinrelay.ini`,
      phpIni(extension && cli ? at.extension : null, extension && cli ? ini : {}),
    );
  }
  async function writeIniTo(dir, ini) {
    await mkdir(dir, { recursive: true });
    // Tests change files under a running pool.
    const all = { 'opcache.revalidate_freq': 0, ...(extension ? ini : {}) };
    await writeFile(`${dir}/90-pinrelay.ini`, phpIni(extension ? at.extension : null, all));
  }
  await writeIni();
  await own(at.dir);

  const mariadb = database === 'mariadb' ? await startMariaDb(at, asShop) : null;
  const wp = wpCli(at, asShop, clock?.env);
  const products = JSON.parse(
    await wp('eval-file', '--use-include', await shared(at, 'finish.php'), url, theme, checkout, withPlugin ? 'pinrelay' : ''),
  );
  const first = await startNode(at, { ...wish, port }, clock?.env);
  const nodes = [first];

  return {
    /** WooCommerce's version, or 'stand-in'. */
    kind: woocommerce.kind,
    real,
    /** What to tell people about where WooCommerce came from. */
    notes: woocommerce.notes,
    url,
    theme,
    /** The kind of the assigned checkout page. */
    checkout,
    database,
    paths: at,
    /** Product ids by SKU. */
    products,
    admin: ADMIN,
    /** Where each checkout lives, whichever is assigned. */
    pages: real
      ? { checkout: { classic: '/classic-checkout/', block: '/checkout/' }, cart: { classic: '/classic-cart/', block: '/cart/' } }
      : { checkout: { classic: '/classic-checkout/' }, cart: { classic: '/classic-cart/' } },
    wp,
    /** The same as somebody else: {uid, gid}, or {} for whoever runs the tests. */
    wpAs: (asWhom) => wpCli(at, asWhom, clock?.env),
    /** Runs a PHP snippet inside WordPress, as WP-CLI does, and gives what it prints. */
    php: (code) => wp('eval', code),
    /** What the mu-plugin pinrelay-test-window answers, asked at any of the shop's web servers. */
    look: (what, more, at = url) => look(at, what, more),
    /** Runs a scheduled job now, due or not, in a web request: that is where shops run them. */
    job: (hook) => look(url, 'job', { hook }),
    /** [{id, status}], newest first. */
    orders: () => look(url, 'orders'),
    /** The plugin's table, as rows with texts. */
    outbox: () => look(url, 'outbox'),
    /**
     * With advance(seconds); null unless wished for. It waits for requests that are still at work after their answers:
     * they belong to the time before.
     */
    clock: clock && {
      ...clock,
      async advance(seconds) {
        await Promise.all(nodes.map((node) => node.idle()));
        await clock.advance(seconds);
      },
    },
    /** The web server that all shops have. */
    node: first,
    /**
     * A further web server on the same files and database, with a spool of its own (`spool`), as on another machine.
     * WP-CLI belongs to the first. `more`: what startNode() takes and this one has differently.
     */
    async addNode(name, ini = {}, more = {}) {
      const its = nodeLayout(at, name);
      await writeIniTo(its.phpWeb, { ...wish.ini, 'pinrelay.spool_root': its.spool, ...ini });
      const node = await startNode(its, { ...wish, port: 0, ...more }, clock?.env);
      nodes.push(node);
      return { ...node, spool: its.spool, job: (hook) => look(node.url, 'job', { hook }) };
    },
    /** Restarts PHP-FPM, with `change.extension` as the extension from now on where given. */
    async restart(change = {}) {
      await first.stopPhp();
      if ('extension' in change) {
        extension = change.extension;
        await writeIni();
      }
      await first.startPhp();
    },
    async stop({ keep = false } = {}) {
      await Promise.all(nodes.map((node) => node.stop()));
      await mariadb?.stop();
      made.delete(at.dir);
      if (!keep) {
        await run('rm', ['-rf', at.dir]);
      }
    },
  };
}

/** What the mu-plugin pinrelay-test-window answers. */
async function look(url, what, more = {}) {
  const answer = await fetch(`${url}/?${new URLSearchParams({ 'pinrelay-test': what, ...more })}`);
  if (!answer.ok) {
    throw new Error(`the shop answered ${answer.status} to ${what}: ${(await answer.text()).slice(0, 500)}`);
  }
  return answer.json();
}

/** A copy of one of our PHP scripts that the shop's account can read. */
async function shared(at, name) {
  const file = path.join(at.run, name);
  await copyFile(path.join(here, 'wordpress', name), file);
  return file;
}
