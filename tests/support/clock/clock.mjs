// A shop's own time of day, which a test sets forward. clock.c says what moves with it and what does not.

import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { run } from '../shop/run.mjs';

const source = fileURLToPath(new URL('clock.c', import.meta.url));

/**
 * @param {string} dir  where its library and its file go
 * @returns {Promise<{env: object, now: () => number, advance(seconds: number): Promise<void>}>}
 *   env: of the programs that go by it; now(): unix milliseconds
 */
export async function makeClock(dir) {
  const library = path.join(dir, 'clock.so');
  const file = path.join(dir, 'clock');
  await run('cc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  await writeFile(file, Buffer.alloc(8));
  let ahead = 0;
  return {
    env: { LD_PRELOAD: library, PINRELAY_TEST_CLOCK: file },
    now: () => Date.now() + ahead * 1000,
    async advance(seconds) {
      ahead += seconds;
      const number = Buffer.alloc(8);
      number.writeBigInt64LE(BigInt(ahead));
      // In place: everybody has this very file mapped.
      const handle = await open(file, 'r+');
      await handle.write(number, 0, 8, 0);
      await handle.close();
    },
  };
}
