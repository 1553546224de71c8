// What capture() costs the request it is called in.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { asShop } from '../tests/support/shop/php.mjs';
import { request } from './support/fastcgi.mjs';
import { brief, spread, times, us } from './support/numbers.mjs';
import { startPeer } from './support/peers.mjs';
import { options, phpArguments, startFpm, workplace } from './support/place.mjs';
import { report, rounds } from './support/report.mjs';

const BLOCK = 20;
const work = workplace();
const KINDS = ['capture', 'append', 'sha256'];

function input(more) {
  const home = work.fresh('handoff');
  return { options: options(path.join(home, 'spool')), append: path.join(home, 'append'), block: BLOCK, ...more };
}

/** So many processes at once, each with `count` of everything; their times put together. */
async function processes(many, count, durability) {
  const shared = input({ count, sync: durability !== 'off', wait: true });
  const children = Array.from({ length: many }, (_, n) => {
    const given = JSON.stringify({ ...shared, append: `${shared.append}-${n}` });
    const args = [...phpArguments(work, { 'pinrelay.durability': durability }), work.script('handoff.php'), given];
    const child = spawn('php', args, { stdio: ['pipe', 'pipe', 'inherit'], ...asShop });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  await Promise.all(children.map(({ lines }) => lines.next()));
  children.forEach(({ child }) => child.stdin.end('go\n'));
  const told = await Promise.all(children.map(async ({ lines }) => (await lines.next()).value));
  return merged(told.map((text) => JSON.parse(text)));
}

const merged = (told) =>
  Object.fromEntries(KINDS.map((kind) => [kind, {
    ...spread(told.flatMap(({ ns }) => ns[kind])),
    cpu: told.reduce((sum, { cpu_ns: cpu }) => sum + cpu[kind], 0) / told.length,
  }]));

/** In a web server's worker, where the sender takes the orders away at the same time. */
async function besideTheSender(count) {
  const peer = await startPeer();
  const fpm = await startFpm(work);
  const { options: at, ...rest } = input({ count });
  const given = { ...rest, options: { ...at, api_base: `${peer.base}/v5` } };
  const told = merged([JSON.parse(await request(fpm.socket, work.script('handoff.php'), given))]);
  await fpm.stop();
  peer.stop();
  return told;
}

/** Of user space; what the kernel does is not seen. Two lengths, so that the start cancels out. */
async function instructions(only) {
  const [few, many] = [50, 250];
  const counted = async (count) => {
    const given = JSON.stringify(input({ only, count }));
    const args = ['--tool=callgrind', '--callgrind-out-file=/dev/null', 'php', ...phpArguments(work), work.script('handoff.php'), given];
    const { stderr } = await new Promise((resolve, reject) => {
      const child = spawn('valgrind', args, { stdio: ['ignore', 'ignore', 'pipe'], ...asShop });
      let text = '';
      child.stderr.setEncoding('utf8').on('data', (part) => (text += part));
      child.once('error', reject);
      child.once('close', (code) => (code === 0 ? resolve({ stderr: text }) : reject(new Error(text))));
    });
    return Number(/Collected : (\d+)/.exec(stderr)[1]);
  };
  return ((await counted(many)) - (await counted(few))) / (many - few);
}

const measured = { instructions: {}, processes: {} };
for (const kind of KINDS) {
  measured.instructions[kind] = await instructions(kind);
}
for (const [many, count] of [[1, 400 * rounds], [32, 40 * rounds]]) {
  for (const durability of ['off', 'checkout', 'all']) {
    const fewer = durability === 'off' ? count : Math.ceil(count / 10 / BLOCK) * BLOCK;
    measured.processes[`${many} ${durability}`] = await processes(many, fewer, durability);
  }
}
measured.beside_the_sender = await besideTheSender(400 * rounds);

const figure = ({ capture }) => `p50 ${us(capture.p50)}, p99 ${us(capture.p99)}, CPU ${us(capture.cpu)}`;
const beside = ({ capture, append, sha256 }) =>
  [
    `append of 1 KB p50 ${us(append.p50)} (${times(capture.p50 / append.p50)} that)`,
    `SHA-256 of its fields ${us(sha256.p50)} (${times(capture.p50 / sha256.p50)} that)`,
  ].join(', ');
const row = (what, told, aim = '') => ({ what, figure: figure(told), aim, beside: beside(told) });
const { instructions: count, processes: told } = measured;

report('handoff', work.dir, [
  {
    what: '`capture()` of an order of five lines and SHA-256 of its fields, p50 to p50',
    figure: times(told['1 off'].capture.p50 / told['1 off'].sha256.p50),
    aim: 'at most 3 times',
    beside: `by instructions: ${times(count.capture / count.sha256)}`,
  },
  row('`capture()` of an order of five lines, one process', told['1 off']),
  row('the same, durability `checkout`', told['1 checkout']),
  row('the same, durability `all`', told['1 all']),
  row('the same in a worker of FPM, while its sender delivers', measured.beside_the_sender),
  row('the same, 32 processes at once', told['32 off']),
  row('32 processes, durability `checkout`', told['32 checkout']),
  row('32 processes, durability `all`', told['32 all']),
  {
    what: 'instructions of a `capture()` in user space',
    figure: brief(count.capture),
    aim: '',
    beside: `append ${brief(count.append)}, SHA-256 ${brief(count.sha256)}`,
  },
], measured);
