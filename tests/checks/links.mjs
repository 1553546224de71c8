// Every link of a document, and every document that code cites, is there, its section included.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const tracked = (...of) => execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...of], { encoding: 'utf8' }).split('\n');
const files = tracked().filter((name) => name && existsSync(name));

/** The anchors of a document: its headings as code hosts write them, and those that it names itself. */
function anchors(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/<[^>]*>/g, '').replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)]);
}

let passed = 0;
const wrong = [];
function check(from, target, base) {
  const [file, anchor] = target.split('#');
  const named = file === '' ? from : path.normalize(path.join(base, file));
  const isThere = existsSync(named) && (!anchor || anchors(readFileSync(named, 'utf8')).has(anchor));
  isThere ? (passed += 1) : wrong.push(`${from}: ${target}`);
}

for (const name of files) {
  if (name.endsWith('.md')) {
    const text = readFileSync(name, 'utf8').replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`]*`/g, '');
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      check(name, target, path.dirname(name));
    }
  } else if (/\.(rs|php|mjs|js|sh|toml)$/.test(name)) {
    for (const [target] of readFileSync(name, 'utf8').matchAll(/docs\/[\w-]+\.md(#[\w.-]*\w)?/g)) {
      check(name, target, '.');
    }
  }
}
wrong.forEach((line) => console.log(`  FAILED ${line}`));
console.log(`${passed} passed, ${wrong.length} failed, 0 skipped`);
process.exitCode = wrong.length > 0 ? 1 : 0;
