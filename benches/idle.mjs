// What the extension costs where it has nothing to do: memory of a worker, and
// system calls and CPU time of a request.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { sleep, until } from '../tests/support/shop/service.mjs';
import { request } from './support/fastcgi.mjs';
import { brief, mib, quantile, us } from './support/numbers.mjs';
import { startPeer } from './support/peers.mjs';
import { options, startFpm, workplace } from './support/place.mjs';
import { report, rounds } from './support/report.mjs';

const work = workplace();
const BLOCK = 50;
const nothing = work.script('fpm-nothing.php');

/** Bytes that no other process shares. */
function privateBytes(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return 1024 * [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB/gm)].reduce((sum, [, kb]) => sum + Number(kb), 0);
}

/** Nanoseconds on a core, all threads. */
const cpuTime = (pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);

/** System calls per request. */
async function systemCalls(pool) {
  const trace = path.join(work.dir, `trace-${pool.pid}`);
  const strace = spawn('strace', ['-f', '-o', trace, '-p', String(pool.pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise((resolve, reject) => {
    strace.stderr.once('data', resolve);
    strace.once('error', reject);
  });
  for (let n = 0; n < BLOCK; n += 1) {
    await pool.visit();
  }
  strace.kill('SIGINT');
  await new Promise((resolve) => strace.once('close', resolve));
  const calls = readFileSync(trace, 'utf8').split('\n').filter((line) => /^\d+ +\w+\(/.test(line));
  return calls.length / BLOCK;
}

async function pool(settings, given = {}) {
  const fpm = await startFpm(work, settings);
  const visit = () => request(fpm.socket, nothing, given);
  const pid = Number(await visit());
  for (let n = 0; n < BLOCK; n += 1) {
    await visit();
  }
  return { ...fpm, visit, pid, ns: [] };
}

const at = (home, base) => options(path.join(work.fresh(home), 'spool'), base);
const capture = (fpm, given) => request(fpm.socket, work.script('fpm-order.php'), { n: 1, direct: false, options: given });

// One after the other, in every round in turn: without it twice, so that the difference of like to like shows.
const destination = at('idle', (await startPeer()).base);
const pools = {
  without: await pool({ extension: false }),
  again: await pool({ extension: false }),
  loaded: await pool({}),
  relay: await pool({}, { options: destination }),
};
// A shop that has sold before: its spool is there, and empty.
await capture(pools.relay, destination);
await sleep(3_000);

for (let round = 0; round < 4 * rounds; round += 1) {
  for (const each of Object.values(pools)) {
    const before = cpuTime(each.pid);
    for (let n = 0; n < BLOCK; n += 1) {
      await each.visit();
    }
    each.ns.push((cpuTime(each.pid) - before) / BLOCK);
  }
}
const measured = { memory: {}, cpu_ns: {}, system_calls: {} };
for (const [name, each] of Object.entries(pools)) {
  measured.cpu_ns[name] = quantile(each.ns, 0.5);
  measured.system_calls[name] = await systemCalls(each);
}
for (const name of ['without', 'again', 'loaded']) {
  measured.memory[name] = privateBytes(pools[name].pid);
}
const sending = await pool({});
const peer = await startPeer();
const theirs = at('idle', peer.base);
for (let n = 0; n < 5; n += 1) {
  await capture(sending, theirs);
}
await until('the answer', async () => (await peer.ask('cost')).calls > 0);
const threads = readFileSync(`/proc/${sending.pid}/status`, 'utf8');
if (!/^Threads:\s+2$/m.test(threads)) {
  throw new Error('the sender does not run while its memory is measured');
}
measured.memory.sending = privateBytes(sending.pid);
for (const each of [...Object.values(pools), sending]) {
  await each.stop();
}

const { memory, cpu_ns: cpu, system_calls: calls } = measured;
const more = (bytes) => `${mib(bytes - memory.without)} more`;
report('idle', work.dir, [
  {
    what: 'private memory of a worker with the extension loaded',
    figure: more(memory.loaded),
    aim: '1.5 MiB more',
    beside: `a worker without it ${mib(memory.without)}; another one ${more(memory.again)}`,
  },
  { what: 'the same while its sender runs', figure: more(memory.sending), aim: '6 MiB more' },
  {
    what: 'a request that captures nothing',
    figure: `${brief(calls.loaded - calls.without)} system calls and ${us(cpu.loaded - cpu.without)} CPU more`,
    beside: `without the extension ${brief(calls.without)} calls and ${us(cpu.without)}; the same again ${us(cpu.again - cpu.without)} more`,
  },
  {
    what: 'a request that constructs a `Relay` and captures nothing',
    figure: `${brief(calls.relay - calls.without)} system calls and ${us(cpu.relay - cpu.without)} CPU more`,
  },
], measured);
process.exit(0);
