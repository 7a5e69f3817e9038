import { suite, test } from 'node:test';
import { runSchedule } from './run.ts';
import { Tally } from './tally.ts';
import type { WorldName } from './vault-world.ts';

/** Schedules on the vault that once went wrong, and what was wrong then. */
const SEEDS: readonly (readonly [world: WorldName, seed: number, what: string])[] = [
  ['power cut', 50_047, 'a record outlived the name of its staged file'],
  ['power cut', 50_054, 'what came last was told as durable and was not there'],
  [
    'death over memory',
    60_070,
    'a promise under another name took over an upload that was complete',
  ],
  ['death', 70_062, 'an upload that had all its bytes was shown and never committed'],
  ['death', 70_066, 'an empty version hid the upload before it'],
  ['power cut', 70_061, 'an upload that died before its first checkpoint hid the one before it'],
  ['power cut', 70_065, 'a record outlived the name of its staged file'],
  ['power cut', 70_070, 'a record outlived the name of its staged file'],
  ['power cut', 70_077, 'an upload that had all its bytes was shown and never committed'],
  ['death over memory', 70_062, 'an upload that had all its bytes was shown and never committed'],
];

suite('schedules that once went wrong', () => {
  for (const [world, seed, what] of SEEDS) {
    test(`${world}, seed ${seed}: ${what}`, () => runSchedule(world, seed, new Tally()));
  }
});
