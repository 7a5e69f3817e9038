import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run, runSchedule } from './run.ts';
import { Tally } from './tally.ts';
import { WORLDS, type WorldName } from './vault-world.ts';

/** What every run of the tests tries; the long form is `node test/survive/main.ts`. */
const SEED = 1;
const LIVES = 4;
const SCHEDULES = 60;

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

describe('survival', () => {
  for (const [name, seed] of [
    ['a fixed schedule', SEED],
    [`a random schedule, seed ${randomSeed}`, randomSeed],
  ] as const) {
    it(`of clients on bad lines and a server that is killed: ${name}`, async () => {
      const { tally, violations } = await run({ ...BASE, seed }, () => {});
      assert.deepEqual(violations, []);
      assert.ok(tally.get('kills') + tally.get('stops') === LIVES, tally.lines().join('\n'));
      assert.ok(tally.get('reader checks') > 0, 'nothing was read');
    });
  }

  for (const world of Object.keys(WORLDS) as WorldName[]) {
    it(`of a vault, by ${world} at random steps, also from seed ${randomSeed}`, async () => {
      const tally = new Tally();
      for (let nth = 0; nth < SCHEDULES; nth += 1) {
        await runSchedule(world, SEED + nth, tally);
        await runSchedule(world, randomSeed + nth, tally);
      }
      assert.ok(tally.sum('vault deaths') > SCHEDULES, tally.lines().join('\n'));
    });
  }
});
