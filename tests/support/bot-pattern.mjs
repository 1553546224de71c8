// Writes php-plugin/src/Storefront/BotPattern.php from the list of the npm package isbot (The Unlicense), which is
// pinned in tests/package.json: `node tests/support/bot-pattern.mjs` after raising its version. Nothing of the package
// itself is shipped. With `--check` it writes nothing and ends with 1 where the file is not of this version.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const FILE = fileURLToPath(new URL('../../php-plugin/src/Storefront/BotPattern.php', import.meta.url));
const WIDTH = 100;

/** A pattern for text in small letters. But for hyphens behind a class, PCRE reads what the list uses as JavaScript does. */
function plain(pattern) {
  if (/~|\\[A-Z]|[A-Z]/.test(pattern)) {
    throw new Error(`Not for text in small letters: ${pattern}`);
  }
  return pattern.replace(/(\\[dws])-/g, '$1\\-');
}

/** Words by their first letter, which is quickly compared; the others behind them. */
function grouped(patterns) {
  const groups = new Map();
  const others = [];
  for (const pattern of patterns) {
    const word = /^[a-z](?![?*+{])/.test(pattern);
    if (word) {
      groups.set(pattern[0], [...(groups.get(pattern[0]) ?? []), pattern.slice(1)]);
    } else {
      others.push(pattern);
    }
  }
  return [...[...groups].map(([letter, rests]) => `${letter}(?:${rests.join('|')})`), ...others];
}

/** One PHP string over several lines. */
function php(alternatives) {
  const lines = [''];
  for (const alternative of alternatives.join('|').split(/(?<=\|)/)) {
    const quoted = alternative.replace(/\\/g, '\\\\').replace(/'/g, "\\'");
    if (lines[lines.length - 1].length + quoted.length > WIDTH) {
      lines.push('');
    }
    lines[lines.length - 1] += quoted;
  }
  return lines.map((line) => `'${line}'`).join('\n        . ');
}

export function text() {
  const list = require('isbot').list.map(plain);
  const { version } = require('isbot/package.json');
  const starts = list.filter((pattern) => pattern.startsWith('^'));
  const elsewhere = list.filter((pattern) => !pattern.startsWith('^'));
  return `<?php

declare(strict_types=1);

namespace Pinrelay\\WooCommerce\\Storefront;

/**
 * What programs call themselves in their user agents, in small letters. Made by tests/support/bot-pattern.mjs from the
 * list of isbot ${version} (npm, The Unlicense, which puts it into the public domain); not edited by hand.
 */
final class BotPattern
{
    public const AT_START = '~^(?:'
        . ${php(starts.map((pattern) => pattern.slice(1)))}
        . ')~D';

    public const ANYWHERE = '~'
        . ${php(grouped(elsewhere))}
        . '~D';
}
`;
}

export const current = () => readFileSync(FILE, 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, text());
  } else if (current() !== text()) {
    process.exitCode = 1;
  }
}
