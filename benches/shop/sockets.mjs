// Which connections the processes of a shop open while something happens, by strace: those of the requests' own
// threads, and those of other threads in the same processes. A pass of its own, since it slows everything down.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';

import { until } from '../../tests/support/shop/service.mjs';

/**
 * @param {number[]} pids
 * @param {string} file  where strace writes
 * @param {() => Promise<void>} work
 * @returns {Promise<{request: number, sender: number}>}  connections to other machines or to this one by TCP or UDP
 */
export async function countSockets(pids, file, work) {
  const args = ['-f', '-qq', '-e', 'trace=connect', '-o', file, ...pids.flatMap((pid) => ['-p', String(pid)])];
  const tracer = spawn('strace', args, { stdio: 'ignore' });
  const ended = once(tracer, 'exit');
  const isTraced = (pid) => /TracerPid:\s+[1-9]/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  await until('strace to attach', () => pids.every(isTraced));
  await work();
  tracer.kill('SIGINT');
  await ended;
  const calls = readFileSync(file, 'utf8').split('\n').filter((line) => /connect\(.*AF_INET/.test(line));
  rmSync(file);
  const request = calls.filter((line) => pids.includes(Number(line.split(/\s/)[0]))).length;
  return { request, sender: calls.length - request };
}
