// The one directory outside the checkout that tests keep: downloads and finished
// installs. Everything in it can be deleted at any time; a file appears in it
// under its final name only once it is whole.

import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const cacheRoot =
  process.env.PINRELAY_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'pinrelay');

export async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a directory in the cache, once: `fill(dir)` works under a temporary
 * name. Two processes may race; the first rename wins and the loser's work is
 * thrown away.
 */
export async function cachedDir(name, fill) {
  const final = path.join(cacheRoot, name);
  if (await exists(final)) {
    return final;
  }
  const partial = `${final}.${process.pid}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await rename(partial, final);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(final))) {
      throw error;
    }
  }
  return final;
}

/** Fetches `url` to `file`; a failed transfer leaves nothing behind. */
export async function download(url, file) {
  const partial = `${file}.${process.pid}.partial`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(300_000) });
    if (!answer.ok) {
      throw new Error(`${url} answered ${answer.status}`);
    }
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(partial));
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}
