// How fast one core empties a spool, what the sender's memory grows to, and
// where the time goes. The peer only answers, on the other core; once it takes
// its time. PINRELAY_BENCH_CALLERS (4) says what a sender is held to there.

import path from 'node:path';
import { rmSync } from 'node:fs';
import os from 'node:os';

import { asShop } from '../tests/support/shop/php.mjs';
import { run } from '../tests/support/shop/run.mjs';
import { brief, mib, us } from './support/numbers.mjs';
import { startPeer } from './support/peers.mjs';
import { options, phpArguments, workplace } from './support/place.mjs';
import { report, rounds } from './support/report.mjs';

const work = workplace();
const [CORE, PEERS_CORE] = [0, Math.min(1, os.cpus().length - 1)];

async function php(script, given, core = CORE) {
  const args = ['-c', String(core), 'php', ...phpArguments(work), work.script(script), JSON.stringify(given)];
  return run('taskset', args, asShop);
}

/** As many calls at once as a sender makes where all goes well. */
const CALLERS = Number(process.env.PINRELAY_BENCH_CALLERS ?? 4);
const SLOW_MS = 150;

/** Fills a spool with so many events, half orders of five lines and half visits, and empties it. */
async function emptied(count, delay = 0) {
  const home = work.fresh('drain');
  const spool = path.join(home, 'spool');
  const halves = [CORE, PEERS_CORE].map((core) => php('fill.php', { options: options(spool), count: count / 2 }, core));
  await Promise.all(halves);
  const peer = await startPeer(['--delay', String(delay)], { core: PEERS_CORE });
  const ceiling = JSON.parse(await php('ceiling.php', { spool, base: peer.base, calls: delay > 0 ? 5 : 50 }));
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
    delay_ms: delay,
    per_second: count / seconds,
    seconds,
    user: told.user_us / 1e6,
    system: told.system_us / 1e6,
    bytes_above_loaded: told.peak_bytes - told.loaded_bytes,
    calls: after.calls - before.calls,
    most_at_once: after.most_at_once,
    body_bytes: after.bytes - before.bytes,
    peer: { cpu: cpu(after) - cpu(before), ceiling_per_second: ceiling.events / (ceiling.ns / 1e9) },
  };
}

const [small, large] = [await emptied(10_000 * rounds), await emptied(100_000 * rounds)];
const slow = await emptied(20_000 * rounds, SLOW_MS);

const share = (part) => `${brief((100 * part) / large.seconds)} %`;
const busy = large.user + large.system;
const waits = Math.max(0, large.seconds - busy);
const perCall = slow.count / slow.calls;
const full = (CALLERS * perCall) / (SLOW_MS / 1000);

report('drain', work.dir, [
  {
    what: `drain of ${brief(large.count)} events (half of them orders of five lines) on one core`,
    figure: `${brief(large.per_second)} events/s`,
    aim: '80,000 events/s',
    beside: `ready-made bodies into the same peer, one call at a time: ${brief(large.peer.ceiling_per_second)} events/s`,
  },
  {
    what: 'the part of that time in which the core does nothing (wall minus CPU)',
    figure: share(waits),
    aim: 'at most 25 %',
    beside: `user ${share(large.user)}, system ${share(large.system)}; the peer's own CPU time, on the other core: ${share(large.peer.cpu)}`,
  },
  {
    what: 'CPU time of an event',
    figure: us((1e9 * busy) / large.count),
    beside: `of ${brief(small.count)} events: ${us((1e9 * (small.user + small.system)) / small.count)}`,
  },
  {
    what: `drain of ${brief(slow.count)} events where the API answers in ${SLOW_MS} ms`,
    figure: `${brief(slow.per_second)} events/s, ${brief((100 * slow.per_second) / full)} % of ${CALLERS} calls at once`,
    aim: '85 %',
    beside: `${slow.most_at_once} calls at once at most, ${brief(perCall)} events a call; one call at a time: ${brief(slow.peer.ceiling_per_second)} events/s`,
  },
  {
    what: `most memory while it empties ${brief(large.count)} events, above the loaded process`,
    figure: mib(large.bytes_above_loaded),
    aim: '12 MiB; at most 4 MiB more than for a tenth of them; 2 MiB for each further call at once',
    beside: `${brief(small.count)} events: ${mib(small.bytes_above_loaded)}`,
  },
], [small, large, slow]);
