// The little HTTP both kinds of routes share: bodies with a limit, and answers. Knows nothing of Pinterest.

/**
 * The whole body, or null once it exceeds the limit; the rest is then read and thrown away, so that the client can be
 * answered on a connection it may keep.
 * @returns {Promise<Buffer|null>}
 */
export async function readBody(request, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= maxBytes ? Buffer.concat(chunks) : null;
}

/** @param {import('./answers.mjs').Answer} answer */
export function send(response, { status, headers, body }) {
  const bytes = bytesOf(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
}

export function bytesOf(body) {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

export function json(status, body, headers = {}) {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, body };
}
