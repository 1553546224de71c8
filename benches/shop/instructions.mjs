// How many instructions in user space each request of a visit takes, by callgrind: a figure that other work on the
// machine does not move, where processor time is lost in its own noise. A pass of its own, on a web server of its own
// under valgrind, which is some fifty times as slow. The kernel's share, mostly of reading files, is not in it.

import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { STEPS, visit } from '../../tests/support/cost/visit.mjs';

/** measure.php calls it at the beginning, when the page is out, and at the end. */
const MARK = 'getloadavg';

/**
 * @param {object} shop        of startShop()
 * @param {object} way         as visit() takes it; its base is this module's own server
 * @param {Array<[string, boolean]>} modes  name, and whether with our plugin
 * @param {(dir: string) => void} own  makes a directory the worker's
 * @returns {Promise<Record<string, Record<string, number>>>}  until the page is out, by mode and step
 */
export async function countInstructions(shop, way, modes, own) {
  const dir = path.join(shop.paths.dir, 'counts');
  mkdirSync(dir);
  own(dir);
  const node = await shop.addNode('counted', { max_execution_time: 0 }, {
    workers: 1,
    patience: 900,
    under: ['valgrind', '--quiet', '--tool=callgrind', `--dump-before=${MARK}`, `--callgrind-out-file=${dir}/%p`],
  });

  /** Since the last time this was asked: one count for each mark, in their order. */
  let known = 0;
  const marks = () => {
    const dumps = readdirSync(dir)
      .map((file) => /^\d+\.(\d+)$/.exec(file))
      .filter((found) => found && Number(found[1]) > known)
      .sort((a, b) => a[1] - b[1]);
    known = Math.max(known, ...dumps.map((found) => Number(found[1])));
    return dumps.map(([file]) => Number(/^totals: (\d+)/m.exec(readFileSync(path.join(dir, file), 'utf8'))[1]));
  };

  const counts = {};
  const counting = async (name, plugin) => {
    const steps = {};
    const line = async (of) => {
      const said = await way.line(of);
      const [, page] = marks();
      steps[STEPS.find((step) => of.endsWith(step))] = page;
      return said;
    };
    await visit({ ...way, base: node.url, line }, name, plugin);
    return steps;
  };
  try {
    // Compiles all that any of them needs.
    await counting('warm', true);
    for (const [name, plugin] of modes) {
      counts[name] = await counting(`counted ${name}`, plugin);
    }
  } finally {
    await node.stop();
  }
  return counts;
}
