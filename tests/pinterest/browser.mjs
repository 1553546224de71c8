// The machine's own Chromium for the tests of browser code, and a page on another origin to run it on.

import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

function executable(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const found = executable('chromium');

/** For a test's `skip`: false, or why it cannot run here. */
export const withoutChromium = found === undefined && 'not run: no chromium in PATH';

export function launch() {
  return chromium.launch({ executablePath: found, args: ARGUMENTS });
}

/**
 * A shop of one page, whose script is what `script()` returns at the time.
 * @returns {Promise<{url: string, close(): Promise<void>}>}
 */
export async function shopPage(script) {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html><head><title>Shop</title><script>${script()}</script></head><body></body></html>`,
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
