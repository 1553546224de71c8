// The web page on which a person watches both halves of each event arrive. Static files; the data comes from
// /api/records and is only ever set as text, since anything on it may come from a shop's visitors.

import { readFileSync } from 'node:fs';

import { send } from './http.mjs';

const FILES = new Map(
  [
    ['', 'page.html', 'text/html; charset=utf-8'],
    ['page.css', 'page.css', 'text/css; charset=utf-8'],
    ['page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ].map(([path, file, type]) => [
    path,
    { type, body: readFileSync(new URL(`./web/${file}`, import.meta.url), 'utf8') },
  ]),
);

const OWN_FILES_ONLY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

export function pageRoute() {
  return async (request, response, url, path) => {
    const { type, body } = FILES.get(path);
    const headers = {
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': OWN_FILES_ONLY,
      'x-content-type-options': 'nosniff',
    };
    send(response, { status: 200, headers, body });
  };
}
