// The licence of every crate that is linked in, or builds what is: each has to let itself be shipped with an MIT
// extension. A crate may offer several; one that is accepted is enough.

import { execFileSync } from 'node:child_process';

const ACCEPTED = new Set([
  '0BSD', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'BSD-2-Clause', 'BSD-3-Clause', 'bzip2-1.0.6', 'CC0-1.0',
  'CDLA-Permissive-2.0', 'ISC', 'MIT', 'MIT-0', 'Unicode-3.0', 'Unlicense', 'Zlib',
]);

/** Whether an SPDX expression can be met by accepted licences; older crates write `/` for OR. */
function isAccepted(expression) {
  const tokens = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const one = () => {
    if (tokens[at] === '(') {
      at += 1;
      const inner = any();
      at += 1;
      return inner;
    }
    let name = tokens[at++];
    if (tokens[at] === 'WITH') {
      name += ` WITH ${tokens[at + 1]}`;
      at += 2;
    }
    return ACCEPTED.has(name);
  };
  const all = () => {
    let ok = one();
    while (tokens[at] === 'AND') {
      at += 1;
      ok = one() && ok;
    }
    return ok;
  };
  const any = () => {
    let ok = all();
    while (tokens[at] === 'OR') {
      at += 1;
      ok = all() || ok;
    }
    return ok;
  };
  return tokens.length > 0 && any() && at === tokens.length;
}

for (const [expression, expected] of [
  ['MIT', true],
  ['GPL-3.0-only', false],
  ['GPL-2.0 OR MIT', true],
  ['GPL-2.0 AND MIT', false],
  ['MIT/Apache-2.0', true],
  ['(MIT OR Apache-2.0) AND Unicode-3.0', true],
  ['(MIT OR Apache-2.0) AND GPL-2.0', false],
  ['Apache-2.0 WITH LLVM-exception OR MIT', true],
  ['', false],
]) {
  if (isAccepted(expression) !== expected) {
    throw new Error(`${JSON.stringify(expression)} is not read right`);
  }
}

const options = { encoding: 'utf8', maxBuffer: 1 << 28 };
const { packages, resolve } = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--locked', '--all-features'], options),
);
const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
// Tests' own dependencies are not shipped.
const shipped = new Set();
const visit = (id) => {
  if (!shipped.has(id)) {
    shipped.add(id);
    nodes.get(id).deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind !== 'dev')).forEach(({ pkg }) => visit(pkg));
  }
};
visit(resolve.root);
const wrong = packages.filter(({ id, license }) => shipped.has(id) && !isAccepted(license ?? ''));
wrong.forEach(({ name, version, license }) => console.log(`  FAILED ${name} ${version}: ${license ?? 'no licence'}`));
console.log(`${shipped.size - wrong.length} passed, ${wrong.length} failed, 0 skipped`);
process.exitCode = wrong.length > 0 ? 1 : 0;
