// The peer in a process of its own, so that its work is not the bench's.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('peer.mjs', import.meta.url));

/** `core`: the one it is bound to. */
export async function startPeer(args = [], { core } = {}) {
  const bound = core === undefined ? [] : ['taskset', '-c', String(core)];
  const [command, ...rest] = [...bound, process.execPath, script, ...args];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill());
  const [base] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the peer ended with ${code}`)));
    createInterface(child.stdout).once('line', (line) => resolve([line]));
  });
  return {
    base,
    ask: async (what) => (await fetch(`${base}/${what}`)).json(),
    stop: () => child.kill(),
  };
}
