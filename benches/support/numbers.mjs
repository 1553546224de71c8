// Numbers for people. Pure.

/** The p-th quantile (0 to 1) of numbers in any order. */
export function quantile(numbers, p) {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
}

/** Two significant digits more than anybody needs to compare: 0.42, 4.2, 42, 420. */
export function brief(number) {
  if (number !== 0 && Math.abs(number) < 1) {
    return number.toFixed(2);
  }
  return Math.abs(number) < 10 ? number.toFixed(1) : Math.round(number).toLocaleString('en');
}

/** Nanoseconds as microseconds. */
export const us = (ns) => `${brief(ns / 1e3)} µs`;

/** Nanoseconds as milliseconds. */
export const ms = (ns) => `${brief(ns / 1e6)} ms`;

/** Bytes as MiB. */
export const mib = (bytes) => `${brief(bytes / 2 ** 20)} MiB`;

export const times = (ratio) => `${brief(ratio)} times`;

/** p50 and p99 of samples. */
export const spread = (samples) => ({ p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) });
