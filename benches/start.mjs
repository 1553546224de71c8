// How long a leader's start takes in a shop that has sold much: built and timed in Rust, without PHP.

import { run } from '../tests/support/shop/run.mjs';
import { brief, ms, quantile } from './support/numbers.mjs';
import { workplace } from './support/place.mjs';
import { report, rounds } from './support/report.mjs';

const work = workplace();
const count = 50_000 * rounds;
const env = { ...process.env, TMPDIR: work.dir };
const text = await run(
  'cargo',
  ['bench', '--quiet', '--locked', '--no-default-features', '--bench', 'start', '--', String(count)],
  { env },
);
const measured = JSON.parse(text);
const middle = (samples) => ms(quantile(samples, 0.5));

report('start', work.dir, [
  {
    what: `a leader's start after ${brief(count)} orders of a week`,
    figure: middle(measured.with_index),
    aim: '10 ms',
    beside: `without the index of delivered orders: ${middle(measured.without)}`,
  },
], measured);
