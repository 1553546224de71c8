// From capture() in a visitor's request to the answer that acknowledges the
// order, while orders come in at random moments and after quiet ones.

import path from 'node:path';

import { sleep, until } from '../tests/support/shop/service.mjs';
import { request } from './support/fastcgi.mjs';
import { ms, quantile, spread } from './support/numbers.mjs';
import { startPeer } from './support/peers.mjs';
import { options, startFpm, workplace } from './support/place.mjs';
import { report, rounds } from './support/report.mjs';

const work = workplace();
/** Longer than a sender without work stays. */
const QUIET_MS = 2_600;
const MEAN_GAP_MS = 120;

async function measure(delay) {
  const peer = await startPeer(['--note', '--delay', String(delay)]);
  const fpm = await startFpm(work, { workers: 2 });
  const at = options(path.join(work.fresh('freshness'), 'spool'), peer.base);
  const [captured, direct] = [[], []];
  let n = 0;
  const order = async (isDirect) => {
    const given = { options: at, n: (n += 1), direct: isDirect };
    (isDirect ? direct : captured).push(JSON.parse(await request(fpm.socket, work.script('fpm-order.php'), given)));
  };
  for (let i = 0; i < 10 * rounds; i += 1) {
    await sleep(-MEAN_GAP_MS * Math.log(1 - Math.random()));
    await order(false);
    if (i % 4 === 0) {
      await order(true);
    }
  }
  const busy = captured.length;
  for (let i = 0; i < Math.ceil(rounds / 3); i += 1) {
    await sleep(QUIET_MS);
    await order(false);
  }
  const answered = await until('every answer', async () => {
    const told = await peer.ask('answered');
    return captured.every(({ id }) => id in told) && told;
  });
  await fpm.stop();
  peer.stop();
  const waits = captured.map(({ id, start }) => answered[id] - start);
  return {
    delay_ms: delay,
    busy: spread(waits.slice(0, busy)),
    after_quiet: spread(waits.slice(busy)),
    capture: quantile(captured.map(({ took }) => took), 0.5),
    direct: spread(direct.map(({ took }) => took)),
  };
}

const measured = [await measure(0), await measure(150)];
report('freshness', work.dir, measured.flatMap(({ delay_ms: delay, busy, after_quiet: quiet, direct, capture }) => [
  {
    what: `order to acknowledgement, API answering in ${delay} ms`,
    figure: `p50 ${ms(busy.p50)}, p99 ${ms(busy.p99)}`,
    aim: `p50 ${300 + delay} ms, p99 ${1000 + delay} ms`,
    beside: `the visitor's request waits ${ms(capture)} for it; posting in the request: p50 ${ms(direct.p50)}, p99 ${ms(direct.p99)}`,
  },
  {
    what: `the same after ${QUIET_MS} ms without one, when a sender has to start`,
    figure: `p50 ${ms(quiet.p50)}`,
  },
]), measured);
