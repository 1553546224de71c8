// What the measured visits come to: for each mode and step medians, and the difference to the same step without the
// plugin, visit by visit, since a neighbour in time knows the machine's mood. Pure.

import { quantile } from '../support/numbers.mjs';

export const median = (numbers) => quantile(numbers, 0.5);

/**
 * The median of some differences and where it lies in 95 of 100 such runs, by the signs alone: no shape is assumed.
 *
 * @param {number[]} differences
 * @returns {{median: number, low: number, high: number}}
 */
export function middle(differences) {
  const sorted = Float64Array.from(differences).sort();
  const off = Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length));
  const at = Math.max(0, off);
  return { median: median(sorted), low: sorted[at], high: sorted[sorted.length - 1 - at] };
}

/**
 * @param {Record<string, Array<Record<string, Record<string, number>>>>} visits  by mode: step: key: number
 * @param {string[]} steps
 * @param {string[]} keys
 * @param {string} control  the mode that the others are compared with
 * @returns {Record<string, Record<string, Record<string, {median: number, more: {median, low, high}}>>>}
 */
export function sums(visits, steps, keys, control) {
  const ofKey = (mode, step, key) => {
    const values = visits[mode].map((one) => one[step][key]);
    return { median: median(values), more: middle(values.map((value, i) => value - visits[control][i][step][key])) };
  };
  const ofStep = (mode, step) => Object.fromEntries(keys.map((key) => [key, ofKey(mode, step, key)]));
  const ofMode = (mode) => Object.fromEntries(steps.map((step) => [step, ofStep(mode, step)]));
  return Object.fromEntries(Object.keys(visits).map((mode) => [mode, ofMode(mode)]));
}
