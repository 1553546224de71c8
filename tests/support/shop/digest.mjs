// A digest of a directory's content: SHA-256 over one line "<sha256>  <path>\n"
// per file, paths relative, with forward slashes, in byte order. Times, modes
// and empty directories do not count.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

function filesBelow(dir, prefix = '') {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name;
    return entry.isDirectory() ? filesBelow(path.join(dir, entry.name), `${name}/`) : [name];
  });
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

export function contentDigest(dir) {
  const names = filesBelow(dir).map((name) => Buffer.from(name));
  const lines = names
    .sort(Buffer.compare)
    .map((name) => `${sha256(readFileSync(path.join(dir, name.toString())))}  ${name}\n`);
  return sha256(lines.join(''));
}
