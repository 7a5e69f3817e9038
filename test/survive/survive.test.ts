import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from './run.ts';

/** What every run of the tests tries; the long form is `npm run test:survive`. */
const SEED = 1;
const LIVES = 2;

const BASE = {
  rounds: 1,
  lives: LIVES,
  cuts: 0,
  kills: 0,
  duration: 0,
  schedules: 0,
  patience: 1,
};

/** Another one each time; what it finds can be found again with what is printed. */
const randomSeed = Math.floor(Math.random() * 2 ** 31);

describe('survival of clients on bad lines and a server that is killed', () => {
  for (const [name, seed] of [
    ['a fixed schedule', SEED],
    [`a random schedule, seed ${randomSeed}`, randomSeed],
  ] as const) {
    it(name, async () => {
      const { tally, violations } = await run({ ...BASE, seed }, () => {});
      assert.deepEqual(violations, []);
      assert.equal(tally.get('kills') + tally.get('stops'), LIVES, tally.lines().join('\n'));
      assert.ok(tally.get('reader checks') > 0, 'nothing was read');
    });
  }
});
