// Which WooCommerce a shop gets, in this order:
//   1. WOOCOMMERCE_DIR, an unpacked plugin: whatever its owner put there;
//   2. the copy in the cache;
//   3. wordpress.org's zip, kept in the cache afterwards;
//   4. the stand-in beside this directory.
//
// 2 and 3 must be 11.0.1 with exactly the content below, else they are not used.
// The pin is a digest of the unpacked files and not of the zip, because it was
// taken from an unpacked 11.0.1: the zip itself could not be had then, so nobody
// has compared the two. Should wordpress.org's zip differ, it is refused with a
// message, and this digest is what to look at.

import { readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, cachedDir, download, exists } from './cache.mjs';
import { contentDigest } from './digest.mjs';
import { run } from './run.mjs';

export const WOOCOMMERCE_VERSION = '11.0.1';
/** See digest.mjs; `find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum` agrees. */
const CONTENT_SHA256 = 'c79c4df2de75948dbb7c31ea5a71592e3ceb38ae47f2a9357b1d1f9851d84019';
const ZIP = `https://downloads.wordpress.org/plugin/woocommerce.${WOOCOMMERCE_VERSION}.zip`;
const CACHED = `woocommerce-${WOOCOMMERCE_VERSION}`;

const standInDir = fileURLToPath(new URL('../woocommerce-stand-in', import.meta.url));

function versionOf(dir) {
  const header = readFileSync(path.join(dir, 'woocommerce.php'), 'utf8').slice(0, 8192);
  return /^[\s*]*Version:\s*(\S+)/m.exec(header)?.[1] ?? 'unknown';
}

function checkPin(dir) {
  const digest = contentDigest(dir);
  if (digest !== CONTENT_SHA256) {
    throw new Error(`its content is not the pinned ${WOOCOMMERCE_VERSION} (SHA-256 ${digest})`);
  }
}

async function fromOwner() {
  const dir = path.resolve(process.env.WOOCOMMERCE_DIR);
  const version = versionOf(dir);
  const digest = contentDigest(dir);
  const notes =
    digest === CONTENT_SHA256
      ? []
      : [`WOOCOMMERCE_DIR holds WooCommerce ${version} with other content than the pinned ${WOOCOMMERCE_VERSION}`];
  return { kind: version, dir, digest, notes };
}

async function fromCache() {
  const dir = path.join(cacheRoot, CACHED);
  checkPin(dir);
  return { kind: WOOCOMMERCE_VERSION, dir, digest: CONTENT_SHA256, notes: [] };
}

async function fromWordPressOrg() {
  const zip = path.join(cacheRoot, `${CACHED}.zip`);
  await download(ZIP, zip);
  try {
    await cachedDir(CACHED, async (dir) => {
      await run('unzip', ['-q', zip, '-d', dir]);
      checkPin(path.join(dir, 'woocommerce'));
      // The zip holds one folder; the cache holds its content.
      await rename(path.join(dir, 'woocommerce'), `${dir}.content`);
      await rm(dir, { recursive: true });
      await rename(`${dir}.content`, dir);
    });
  } finally {
    await rm(zip, { force: true });
  }
  return fromCache();
}

const realSources = [
  ['WOOCOMMERCE_DIR', async () => Boolean(process.env.WOOCOMMERCE_DIR), fromOwner],
  ['the cached copy', () => exists(path.join(cacheRoot, CACHED)), fromCache],
  ['wordpress.org', async () => true, fromWordPressOrg],
];

async function findReal() {
  const notes = [];
  for (const [name, atHand, get] of realSources) {
    if (await atHand()) {
      try {
        const found = await get();
        return { ...found, notes: [...notes, ...found.notes] };
      } catch (error) {
        notes.push(`WooCommerce from ${name} is not used: ${error.message.split('\n')[0]}`);
      }
    }
  }
  return { kind: null, notes };
}

const found = new Map();

async function find(wanted) {
  const real = wanted === 'stand-in' ? { kind: null, notes: [] } : await findReal();
  if (real.kind) {
    return real;
  }
  if (wanted === 'real') {
    throw new Error(`no WooCommerce to be had:\n${real.notes.join('\n')}`);
  }
  const digest = contentDigest(standInDir);
  return { kind: 'stand-in', dir: standInDir, digest, notes: real.notes };
}

/**
 * @param {'auto'|'real'|'stand-in'} wanted  'auto' may be forced by PINRELAY_TEST_WOOCOMMERCE
 * @returns {Promise<{kind: string, dir: string, digest: string, notes: string[]}>}
 *   kind is the version, or 'stand-in'; looked for once a process
 */
export function findWooCommerce(wanted = 'auto') {
  const choice = wanted === 'auto' ? (process.env.PINRELAY_TEST_WOOCOMMERCE ?? 'auto') : wanted;
  if (!found.has(choice)) {
    found.set(choice, find(choice));
  }
  return found.get(choice);
}
