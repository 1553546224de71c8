// The built extension that tests load: PINRELAY_EXTENSION, or the debug build.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {'debug'|'release'} profile */
export function extensionFile(profile = 'debug') {
  const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
  const file = process.env.PINRELAY_EXTENSION ?? path.join(target, profile, 'libpinrelay.so');
  if (!existsSync(file)) {
    throw new Error(`no extension at ${file}; build it first`);
  }
  return file;
}
