// A Chromium that may prerender. Playwright attaches to pages one by one, and for a page that is looked at so Chromium
// prerenders nothing ("PrerenderingDisabledByDevTools"); it does where the whole tab is looked at. So this speaks the
// DevTools protocol itself, over the browser's pipe, and knows no more of it than a test of prerendering needs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { until } from '../shop/service.mjs';
import { findWholeChromium } from './find.mjs';
import { FLAGS } from './launch.mjs';

/**
 * @returns {Promise<{open(url: string): Promise<Tab>, close(): Promise<void>}>}
 * @typedef {{shown: Page, prerendered(path: string): Promise<Page>}} Tab   `prerendered` waits until Chromium has such a page
 * @typedef {{evaluate(expression: string): Promise<any>, click(selector: string): Promise<void>}} Page
 */
export async function launchTabs() {
  const profile = await mkdtemp(path.join(tmpdir(), 'pinrelay-tabs-'));
  const browser = spawn(
    findWholeChromium(),
    ['--headless=new', '--no-sandbox', '--remote-debugging-pipe', `--user-data-dir=${profile}`, ...FLAGS, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const { call, seen } = protocol(browser.stdio[3], browser.stdio[4]);

  async function open(url) {
    const { targetId } = await call('Target.createTarget', { url, forTab: true });
    const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
    await call('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true }, sessionId);
    const pages = () =>
      seen.filter((event) => event.method === 'Target.attachedToTarget' && event.sessionId === sessionId).map(({ params }) => params);
    const shown = await until('the tab to have a page', () => pages().find(({ targetInfo }) => targetInfo.subtype === undefined));
    return {
      shown: page(shown.sessionId),
      prerendered: (wanted) =>
        until(`${wanted} to be prerendered`, async () => {
          for (const { sessionId: id } of pages().filter(({ targetInfo }) => targetInfo.subtype === 'prerender')) {
            if ((await page(id).evaluate('location.pathname + " " + document.readyState')) === `${wanted} complete`) {
              return page(id);
            }
          }
          return null;
        }),
    };
  }

  const page = (sessionId) => ({
    async evaluate(expression) {
      const { result, exceptionDetails } = await call(
        'Runtime.evaluate',
        { expression, awaitPromise: true, returnByValue: true, userGesture: true },
        sessionId,
      );
      if (exceptionDetails) {
        throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
      }
      return result.value;
    },
    click(selector) {
      return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
    },
  });

  return {
    open,
    async close() {
      const ended = once(browser, 'exit');
      browser.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** JSON messages with a zero byte behind each: calls, their answers, and events, which are kept in `seen`. */
function protocol(to, from) {
  const seen = [];
  const waiting = new Map();
  let rest = '';
  let last = 0;
  from.setEncoding('utf8');
  from.on('data', (text) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      if (message.id === undefined) {
        seen.push(message);
      } else {
        waiting.get(message.id)(message);
        waiting.delete(message.id);
      }
    }
  });
  const call = (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
      to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  return { call, seen };
}
