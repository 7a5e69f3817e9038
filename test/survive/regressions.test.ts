import { suite, test } from 'node:test';
import { runSchedule } from './run.ts';
import { Tally } from './tally.ts';
import type { WorldName } from './vault-world.ts';

/** Schedules on the vault that once went wrong, and what was seen then. */
const SEEDS: readonly (readonly [world: WorldName, seed: number, what: string])[] = [
  ['power cut', 50_047, 'bytes were recorded for a name, and there was no file'],
  ['power cut', 50_054, 'a name had the version before the one that was committed'],
  [
    'death over memory',
    60_070,
    'a promise under another name took over an upload that was complete',
  ],
  ['death', 70_062, 'a name had nothing in place of what was committed'],
  ['death', 70_066, 'a name had another version than the one that was committed'],
  ['power cut', 70_061, 'bytes were recorded for a name, and there was no file'],
  ['power cut', 70_065, 'bytes were recorded for a name, and there was no file'],
  ['power cut', 70_070, 'bytes were recorded for a name, and there was no file'],
  ['power cut', 70_077, 'a name had nothing in place of what was committed'],
  ['death over memory', 70_062, 'a name had nothing in place of what was committed'],
];

suite('schedules that once went wrong', () => {
  for (const [world, seed, what] of SEEDS) {
    test(`${world}, seed ${seed}: ${what}`, () => runSchedule(world, seed, new Tally()));
  }
});
