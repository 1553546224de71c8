// How fast one core empties a spool, what the sender's memory grows to, and
// where the time goes. The peer only answers, on the other core.

import path from 'node:path';
import { rmSync } from 'node:fs';
import os from 'node:os';

import { asShop } from '../tests/support/shop/php.mjs';
import { run } from '../tests/support/shop/run.mjs';
import { brief, mib } from './support/numbers.mjs';
import { startPeer } from './support/peers.mjs';
import { options, phpArguments, workplace } from './support/place.mjs';
import { report, rounds } from './support/report.mjs';

const work = workplace();
const [CORE, PEERS_CORE] = [0, Math.min(1, os.cpus().length - 1)];

async function php(script, given, core = CORE) {
  const args = ['-c', String(core), 'php', ...phpArguments(work), work.script(script), JSON.stringify(given)];
  return run('taskset', args, asShop);
}

/** Fills a spool with so many events, half orders of five lines and half visits, and empties it. */
async function emptied(count) {
  const home = work.fresh('drain');
  const spool = path.join(home, 'spool');
  const halves = [CORE, PEERS_CORE].map((core) => php('fill.php', { options: options(spool), count: count / 2 }, core));
  await Promise.all(halves);
  const peer = await startPeer([], { core: PEERS_CORE });
  const ceiling = JSON.parse(await php('ceiling.php', { spool, base: peer.base, calls: 50 }));
  const before = await peer.ask('cost');
  const told = JSON.parse(await php('drain.php', { options: options(spool, peer.base) }));
  const after = await peer.ask('cost');
  peer.stop();
  rmSync(home, { recursive: true, force: true });
  if (told.delivered !== count || after.events - before.events !== count) {
    throw new Error(`of ${count} events ${told.delivered} were delivered: ${JSON.stringify(told)}`);
  }
  const seconds = told.ns / 1e9;
  const cpu = (cost) => (cost.cpu_us.user + cost.cpu_us.system) / 1e6;
  return {
    count,
    per_second: count / seconds,
    seconds,
    user: told.user_us / 1e6,
    system: told.system_us / 1e6,
    peak_bytes: told.peak_bytes,
    calls: after.calls - before.calls,
    body_bytes: after.bytes - before.bytes,
    peer: { cpu: cpu(after) - cpu(before), ceiling_per_second: ceiling.events / (ceiling.ns / 1e9) },
  };
}

const sizes = [10_000, 50_000, 100_000].map((size) => size * rounds);
const measured = [];
for (const size of sizes) {
  measured.push(await emptied(size));
}
const [small, middle, large] = measured;
const share = (part) => `${brief((100 * part) / large.seconds)} %`;
const waits = Math.max(0, large.seconds - large.user - large.system);

report('drain', work.dir, [
  {
    what: `drain of ${brief(large.count)} events (half of them orders of five lines) on one core`,
    figure: `${brief(large.per_second)} events/s`,
    aim: '50,000 events/s',
    beside: `ready-made bodies into the same peer: ${brief(large.peer.ceiling_per_second)} events/s`,
  },
  {
    what: 'where that time goes',
    figure: `user ${share(large.user)}, system ${share(large.system)}, waiting for answers ${share(waits)}`,
    beside: `the peer's own CPU time, on the other core: ${share(large.peer.cpu)}`,
  },
  {
    what: `most memory while it empties ${brief(large.count)} events`,
    figure: mib(large.peak_bytes),
    aim: 'flat',
    beside: [small, middle].map(({ count, peak_bytes: peak }) => `${brief(count)}: ${mib(peak)}`).join(', '),
  },
], measured);
