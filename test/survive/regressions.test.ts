import { suite, test } from 'node:test';
import { runSchedule } from './run.ts';
import { Tally } from './tally.ts';
import type { WorldName } from './vault-world.ts';

/**
 * Schedules on the vault that went wrong, and what was wrong with the vault. What a seed leads to
 * depends on the actions and their weights: whoever changes those takes a fix back for a moment,
 * finds a seed that sees it, and puts it here.
 */
const SEEDS: readonly (readonly [world: WorldName, seed: number, what: string])[] = [
  [
    'power cut',
    12,
    'a dropped upload lost its bytes before its record was gone for good, and the record came back',
  ],
  ['death', 44, 'a promise was said to be here when all of it had come and nothing was published'],
  ['power cut', 135, 'the same, with other unfinished uploads beside it'],
  ['death over memory', 18, 'the same, under another name'],
  ['death', 102, 'a promise was said not to be here at the moment in which it was published'],
];

suite('schedules that once went wrong', () => {
  for (const [world, seed, what] of SEEDS) {
    test(`${world}, seed ${seed}: ${what}`, () => runSchedule(world, seed, new Tally()));
  }
});
