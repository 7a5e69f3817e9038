import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSchedule } from './run.ts';
import { Tally } from './tally.ts';
import { WORLDS, type WorldName } from './vault-world.ts';

/**
 * What every run of the tests tries; the long form is `npm run test:survive`. A file of its own: a
 * schedule never waits, and would keep everything else in its process waiting.
 */
const SEED = 1;
const SCHEDULES = 25;

/** Another one each time; a violation names the seed with which it is found again. */
const randomSeed = Math.floor(Math.random() * 2 ** 31);

describe('survival of a vault', () => {
  for (const world of Object.keys(WORLDS) as WorldName[]) {
    it(`by ${world} at random steps, also from seed ${randomSeed}`, async () => {
      const tally = new Tally();
      for (let nth = 0; nth < SCHEDULES; nth += 1) {
        await runSchedule(world, SEED + nth, tally);
        await runSchedule(world, randomSeed + nth, tally);
      }
      assert.ok(tally.sum('vault deaths') > SCHEDULES, tally.lines().join('\n'));
    });
  }
});
