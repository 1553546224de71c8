// Running a program to its end. The error of a failed one carries its output,
// since that is what a reader of a test log needs.

import { spawn } from 'node:child_process';

/** Resolves with stdout; rejects when the program ends with anything but 0. */
export function run(command, args, options = {}) {
  const { input, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...spawnOptions });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(stdout);
        return;
      }
      const line = [command, ...args].join(' ').slice(0, 300);
      const error = new Error(`${line}\nended with ${signal ?? code}\n${stderr}${stdout}`);
      reject(Object.assign(error, { code, stdout, stderr }));
    });
    // A program that ends without reading its input is its own affair.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}
