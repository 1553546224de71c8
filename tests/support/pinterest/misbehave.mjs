// How the stand-in is told to be a bad Pinterest, and what it then answers. Decides only; events-route.mjs acts.

const GENERAL = ['mode', 'ms', 'times'];

// mode -> the further settings it understands.
const MODES = new Map([
  ['ok', []],
  ['latency', []],
  ['hang', []],
  ['429', ['retry_after', 'reset']],
  ['500', ['retry_after']],
  ['503', ['retry_after']],
  ['unauthorized', []],
  ['forbidden', []],
  ['html', ['status']],
  ['partial', ['ids', 'status']],
  ['drop', []],
  ['garbage', []],
  ['short', []],
]);

const isCount = (value) => Number.isInteger(value) && value >= 0;

const SETTINGS = new Map([
  ['ms', [isCount, 'a whole number of milliseconds']],
  ['times', [(value) => isCount(value) && value > 0, 'a whole number above zero']],
  ['retry_after', [isCount, 'a whole number of seconds']],
  ['reset', [isCount, 'a whole number of seconds']],
  ['status', [(value) => Number.isInteger(value) && value >= 200 && value <= 599, 'an HTTP status']],
  ['ids', [(value) => Array.isArray(value) && value.every((id) => typeof id === 'string'), 'an array of event ids']],
]);

/**
 * @typedef {object} Spec
 * @property {string} mode
 *   ok           as Pinterest should
 *   latency      as it should, `ms` later (150 when absent)
 *   hang         takes the request, processes nothing, never answers
 *   429 500 503 unauthorized forbidden   refuses before it looks at the events; `retry_after`, and for 429 `reset`
 *   html         a page instead of JSON, nothing processed; `status`, 502 when absent
 *   partial      events whose event_id is in `ids` fail; answered 422, or 200 with `status: 200`
 *   drop         processes, then closes the connection in the middle of the answer
 *   garbage      processes, then answers 200 with a body that is no JSON
 *   short        processes, then answers 200 with one entry too few
 * @property {number} [ms]     every mode waits so long first
 * @property {number} [times]  for so many requests, then ok again; for ever when absent
 */

export class Misbehaviour {
  #spec = { mode: 'ok' };
  #left = Infinity;

  /**
   * @param {Spec} spec
   * @throws {Error} naming every faulty setting
   */
  set(spec) {
    const faults = faultsIn(spec);
    if (faults.length > 0) throw new Error(faults.join('; '));
    this.#spec = spec.mode === 'latency' ? { ms: 150, ...spec } : { ...spec };
    this.#left = spec.times ?? Infinity;
  }

  /** The setting in force, without using it up. */
  get current() {
    return this.#spec;
  }

  /** How to treat the next request. */
  take() {
    const spec = this.#spec;
    this.#left -= 1;
    if (this.#left <= 0) this.set({ mode: 'ok' });
    return spec;
  }
}

function faultsIn(spec) {
  if (spec === null || typeof spec !== 'object' || Array.isArray(spec)) return ['not an object'];
  const mode = MODES.get(spec.mode);
  if (mode === undefined) return [`mode: must be one of ${[...MODES.keys()].join(', ')}`];
  const faults = [];
  for (const [key, value] of Object.entries(spec)) {
    if (key === 'mode') continue;
    if (!GENERAL.includes(key) && !mode.includes(key)) faults.push(`${key}: unknown to mode ${spec.mode}`);
    else if (!SETTINGS.get(key)[0](value)) faults.push(`${key}: must be ${SETTINGS.get(key)[1]}`);
  }
  if (spec.mode === 'partial') {
    if (spec.ids === undefined) faults.push('ids: missing');
    if (![undefined, 200, 422].includes(spec.status)) faults.push('status: must be 200 or 422');
  }
  return faults;
}
