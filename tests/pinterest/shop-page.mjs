// A page on another origin than the stand-in's, to run the code on that it serves to browsers.

import { createServer } from 'node:http';

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
