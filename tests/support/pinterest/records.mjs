// What the stand-in has seen, in order of arrival: API events, tag calls, requests. In memory, and as one JSON line
// each in a log when one is wanted. Nothing is ever dropped but by reset().

import { EventEmitter } from 'node:events';
import { createWriteStream } from 'node:fs';

import { pairsOf } from './pairs.mjs';

export class Records {
  #kept = { server: [], browser: [], requests: [] };
  #changes = new EventEmitter();
  #announced = false;
  #log = null;

  /** @param {{log?: string|null}} options  log: a file that lines are appended to */
  constructor({ log = null } = {}) {
    this.#changes.setMaxListeners(0);
    if (log === null) return;
    this.#log = createWriteStream(log, { flags: 'a', mode: 0o600 });
    this.#log.on('error', (error) => process.stderr.write(`log ${log}: ${error.message}\n`));
  }

  /** @param {'server'|'browser'|'requests'} kind */
  add(kind, record) {
    this.#kept[kind].push(record);
    this.#log?.write(`${JSON.stringify({ kind, ...record })}\n`);
    this.#announce();
  }

  /** Everything as it is now; the pairs are worked out when they are first asked for. */
  snapshot() {
    const { server, browser, requests } = this.#kept;
    const now = { server: [...server], browser: [...browser], requests: [...requests] };
    let pairs = null;
    return {
      ...now,
      get pairs() {
        pairs ??= pairsOf(now);
        return pairs;
      },
    };
  }

  reset() {
    this.#kept = { server: [], browser: [], requests: [] };
    this.#announce();
  }

  /**
   * The first snapshot that `wanted` accepts, checked now and after each change.
   * @param {(snapshot: object) => boolean} wanted
   * @param {number} guardMs  rejects when nothing fits for so long
   */
  until(wanted, guardMs) {
    return new Promise((resolve, reject) => {
      const settle = (act, value) => {
        clearTimeout(guard);
        this.#changes.off('change', look);
        act(value);
      };
      const look = () => {
        const snapshot = this.snapshot();
        try {
          if (wanted(snapshot)) settle(resolve, snapshot);
        } catch (error) {
          settle(reject, error);
        }
      };
      const guard = setTimeout(() => {
        const seen = JSON.stringify(this.snapshot(), null, 1).slice(0, 4000);
        settle(reject, new Error(`what was waited for did not come in ${guardMs} ms; seen: ${seen}`));
      }, guardMs);
      this.#changes.on('change', look);
      look();
    });
  }

  // Once for all that one request brought, so that waiting stays cheap with a thousand events in it.
  #announce() {
    if (this.#announced) return;
    this.#announced = true;
    setImmediate(() => {
      this.#announced = false;
      this.#changes.emit('change');
    });
  }

  /** Flushes the log. */
  close() {
    return new Promise((resolve) => (this.#log === null ? resolve() : this.#log.end(resolve)));
  }
}
