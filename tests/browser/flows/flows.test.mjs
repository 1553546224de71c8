// Every flow, in shops of each kind: both halves, one id, counted once. The table of it is printed when all tests have run.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { needsWooCommerce, openWorld } from '../world.mjs';
import { prepare, stock } from './goods.mjs';
import { FLOWS, whyNot } from './index.mjs';
import { places } from './places.mjs';
import { forget, keep } from './report.mjs';
import { strays, walk } from './walk.mjs';

forget();

for (const place of places(Boolean(needsWooCommerce))) {
  describe(place.label, () => {
    let world;
    let walked;

    before(async () => {
      world = await openWorld({ theme: place.theme, checkout: place.pages, database: place.database });
      await prepare(world);
      walked = await walk(world, FLOWS, { goods: await stock(world) });
      keep(place.label, walked);
    });
    after(() => world.close());

    for (const flow of FLOWS.filter((one) => !whyNot(one, place) || needsWooCommerce)) {
      const why = whyNot(flow, place);
      test(`${flow.name} (${place.label})`, { skip: why ? `not run: ${why}` : false }, () => {
        const { error, verdict, shopper } = walked.find((one) => one.flow === flow);
        assert.ifError(error);
        assert.deepEqual(verdict.faults, []);
        assert.deepEqual(shopper.errors.map(String), []);
      });
    }

    test(`nothing is told of anybody else (${place.label})`, () => {
      assert.deepEqual(strays(world.standin.records(), walked), []);
      world.assertNothingRefused();
    });

    test(`every purchase that was told is settled as delivered (${place.label})`, async () => {
      const ids = world.pairs('checkout').map((pair) => pair.event_id);
      assert.ok(ids.length > 0);
      await world.outboxUntil('the verdicts', (rows) =>
        ids.every((id) => rows.some((row) => row.event_id === id && row.verdict === 'delivered')),
      );
    });
  });
}
