// Programs and people, told apart on the server and in the browser, over lists that others maintain. The server's
// pattern is made from isbot's (tests/support/bot-pattern.mjs).

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const installed = (() => {
  try {
    return ['isbot', 'crawler-user-agents', 'top-user-agents'].every((name) => require.resolve(name));
  } catch (missing) {
    return false;
  }
})();
const skip = installed ? false : 'npm ci --prefix tests has yet to install the lists';

// What the list of crawlers has and isbot takes for people: they say of themselves nothing that would tell.
const MOST_MISSED = 0.02;
const PHONES = [
  'Mozilla/5.0 (Linux; Android 11; CUBOT_P20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 7.0; M bot 60 Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.99 '
    + 'Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; U; Android 8.1.0; en-us; M bot 55 Build/O11019) AppleWebKit/537.36 Chrome/61.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 9; CUBOT X19; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 '
    + '[Pinterest/iOS]',
];
const PLAYS_A_PHONE = 'Mozilla/5.0 (Linux; Android 7.0; M bot 60 Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) '
  + 'Chrome/126.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const crawlers = () => require('crawler-user-agents').flatMap(({ instances }) => instances);
const browsers = () => require('top-user-agents');

/** The server's word on each. */
function server(agents) {
  const code = `require $argv[1];
    echo json_encode(array_map(Pinrelay\\WooCommerce\\Storefront\\Bots::isBot(...), json_decode(stream_get_contents(STDIN))));`;
  const words = execFileSync('php', ['-n', '-r', code, '--', at('php-plugin/src/autoload.php')], {
    input: JSON.stringify(agents),
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(words);
}

/** The browser's test, as its script has it. */
const short = (() => {
  const script = readFileSync(at('php-plugin/assets/pinrelay.js'), 'utf8');
  const [, pattern, flags] = /(\/(?:[^/\n\\]|\\.)+\/)(i?)\.test\(navigator\.userAgent\)/.exec(script);
  return new RegExp(pattern.slice(1, -1), flags);
})();

const refused = (agents) => agents.filter((agent, index) => server(agents)[index]);

test('the pattern of the server is that of the pinned list', { skip }, async () => {
  const { current, text } = await import('../../support/bot-pattern.mjs');
  assert.equal(current(), text());
});

test('the crawlers that others list are refused', { skip }, () => {
  const all = crawlers();
  const words = server(all);
  const missed = all.filter((agent, index) => !words[index]);
  assert.ok(all.length > 1000, `${all.length} crawlers`);
  assert.ok(missed.length / all.length < MOST_MISSED, `${missed.length} of ${all.length}: ${missed.join('\n')}`);
});

test('the browsers that most people use are taken, on both sides', { skip }, () => {
  assert.ok(browsers().length > 50);
  assert.deepEqual(refused(browsers()), []);
  assert.deepEqual(browsers().filter((agent) => short.test(agent)), []);
});

test('a phone with a bot in its name is a phone, on both sides, and a crawler that plays one is none', () => {
  assert.deepEqual(server([...PHONES, PLAYS_A_PHONE]), [...PHONES.map(() => false), true]);
  assert.deepEqual(PHONES.filter((agent) => short.test(agent)), []);
});

test('whom the browser refuses the server refuses, so that no event loses one half alone', () => {
  const words = ['bot', 'Bot/1.0', 'cubot/1', 'robot/', 'crawl/2', 'Spider/3.1', 'HeadlessChrome/126', '+https://x.example',
    'M bot', 'Spider', 'headless', 'Crawler', ' cubot', '; bot;'];
  const frames = [(w) => w, (w) => `Mozilla/5.0 (compatible; ${w})`, (w) => `Mozilla/5.0 (Linux; Android 9; ${w})`,
    (w) => `Mozilla/5.0 (Linux; Android 9; ${w} Build/X; wv) AppleWebKit/537.36`, (w) => `Mozilla/5.0 (X11) ${w}`,
    (w) => `${w} Mozilla/5.0 (Windows NT 10.0) Safari/537.36`, (w) => `${PHONES[0]} ${w}`];
  const made = frames.flatMap((frame) => words.map(frame));
  const all = [...made, ...PHONES, PLAYS_A_PHONE, ...(installed ? [...crawlers(), ...browsers()] : [])];
  const there = server(all);
  assert.deepEqual(all.filter((agent, index) => short.test(agent) && !there[index]), []);
  assert.ok(made.some((agent) => short.test(agent)));
});
