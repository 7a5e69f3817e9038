import { temporaryFolder } from '../support/temporary.ts';
import { House } from './house.ts';
import type { Options } from './options.ts';
import { Round } from './round.ts';
import { Tally } from './tally.ts';
import { runVaultSchedule } from './vault-schedule.ts';
import { WORLDS, type WorldName } from './vault-world.ts';
import { Violation } from './violation.ts';

/** How a run has ended. */
export interface Result {
  readonly tally: Tally;
  /** Each with all that led to it, and how to see it again. */
  readonly violations: readonly string[];
}

/**
 * Runs rounds, and schedules on the vault alone, until everything that was asked for is reached.
 * Round n has the seed `seed` + n, and so have its schedules: one of them can be run again alone.
 * @param report hears how far it is
 */
export async function run(options: Options, report: (line: string) => void): Promise<Result> {
  const tally = new Tally();
  const violations: string[] = [];
  const began = performance.now();
  await using folder = await temporaryFolder();
  await House.prepare(folder.path);
  const isEnough = (rounds: number): boolean =>
    rounds >= options.rounds &&
    (rounds > 0 || options.rounds === 0) &&
    tally.sum('cuts') >= options.cuts &&
    tally.get('kills') >= options.kills &&
    performance.now() - began >= options.duration;

  // At once: a long run may be stopped before its end.
  let told = 0;
  for (let rounds = 0; !isEnough(rounds) && violations.length < options.patience; rounds += 1) {
    const seed = options.seed + rounds;
    for (const world of Object.keys(WORLDS) as WorldName[]) {
      for (let nth = 0; nth < options.schedules; nth += 1) {
        await note(violations, `--seed ${seed} --rounds 1 --lives 0`, () =>
          runSchedule(world, scheduleSeed(seed, nth), tally),
        );
      }
    }
    const again = `--seed ${seed} --rounds 1 --lives ${options.lives} --schedules 0`;
    await note(violations, again, () => Round.run(folder.path, seed, options.lives, tally));
    tally.add('rounds');
    for (const violation of violations.slice(told)) report(`\nVIOLATION ${violation}`);
    told = violations.length;
    const seconds = Math.round((performance.now() - began) / 1000);
    report(
      `${seconds} s: seed ${seed} done, ${tally.sum('cuts')} cuts, ${tally.get('kills')} kills, ` +
        `${violations.length} violations`,
    );
  }
  return { tally, violations };
}

/** Schedules of neighbouring rounds are different ones. */
function scheduleSeed(seed: number, nth: number): number {
  return Math.imul(seed, 10_007) + nth;
}

/** Runs one schedule on the vault alone and counts it. */
export async function runSchedule(world: WorldName, seed: number, tally: Tally): Promise<void> {
  const { lives, deaths, actions } = await runVaultSchedule(world, seed);
  tally.add(`vault lives: ${world}`, lives);
  tally.add(`vault deaths: ${world}`, deaths);
  tally.add('vault actions', actions);
}

async function note(violations: string[], again: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violations.push(`${error.message}\nagain: node test/survive/main.ts ${again}`);
  }
}
