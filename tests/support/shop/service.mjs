// A server of our own: started in the foreground under this process, waited for,
// stopped with it. It knows nothing about what it runs.

import { spawn } from 'node:child_process';
import net from 'node:net';

const running = new Set();

// Whatever ends this process, its servers do not outlive it.
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // Whoever listens, too, sees to the end himself.
  process.once(signal, () => process.listenerCount(signal) === 0 && process.exit(130));
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `probe` until it answers with something true, and gives that. */
export async function until(what, probe, { guardMs = 60_000, everyMs = 100 } = {}) {
  const end = Date.now() + guardMs;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await probe();
      if (answer) {
        return answer;
      }
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(everyMs);
  }
  throw new Error(`waited ${guardMs} ms for ${what}${last ? `: ${last.message}` : ''}`);
}

/** Whether something accepts connections at a port or a socket path. */
export function accepts(target) {
  return new Promise((resolve) => {
    const socket = net.connect(typeof target === 'number' ? { port: target, host: '127.0.0.1' } : target);
    socket.once('connect', () => socket.end() && resolve(true));
    socket.once('error', () => resolve(false));
  });
}

/** A port nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a server and waits until `target` (a port or a socket path) accepts.
 * stop() asks with `signal`, and insists after ten seconds.
 */
export async function startService(command, args, { target, signal = 'SIGTERM', ...spawnOptions }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...spawnOptions });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-4000)));
  }
  running.add(child);
  const ended = new Promise((resolve) => child.once('close', resolve)).finally(() => running.delete(child));
  const alive = () => child.exitCode === null && child.signalCode === null;

  await until(`${command} at ${target}`, async () => (!alive() ? 'ended' : accepts(target)));
  if (!alive()) {
    throw new Error(`${command} ended at once\n${output}`);
  }
  return {
    pid: child.pid,
    async stop() {
      if (alive()) {
        child.kill(signal);
        const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await ended;
        clearTimeout(insist);
      }
    },
  };
}
