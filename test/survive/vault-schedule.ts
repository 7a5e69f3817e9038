import { silentLog } from '../../src/base/log.ts';
import { Vault } from '../../src/vault/vault.ts';
import { Life } from '../vault/mortal.ts';
import { Chance } from './chance.ts';
import { VAULT_ACTIONS } from './vault-actions.ts';
import { VAULT_CHECKS, lookAt, nothingIsLeftBehind } from './vault-check.ts';
import { HOME_ID, VaultRun } from './vault-run.ts';
import { type Ground, WORLDS, type World, type WorldName } from './vault-world.ts';
import { Violation } from './violation.ts';

/** Small, so that a few kilobytes pass many checkpoints. */
const CHECKPOINT_BYTES = 2048;

/** Shorter ones are stored in one step, unless they are cut. */
const WHOLE_BYTES = 3000;

/** Longer than any life that is left to itself takes. */
const FOR_EVER = Number.POSITIVE_INFINITY;

/** What one schedule has tried. */
export interface VaultTally {
  readonly world: WorldName;
  lives: number;
  /** Lives that ended in the middle of something. */
  deaths: number;
  actions: number;
}

/**
 * Random visitors on a vault that dies again and again at random steps, recovery included; after
 * each death everything that is promised is checked. The same seed does the same.
 * @throws Violation with all that was done
 */
export async function runVaultSchedule(world: WorldName, seed: number): Promise<VaultTally> {
  const chance = new Chance(seed);
  const quota = chance.yes(0.4) ? chance.between(10_000, 60_000) : undefined;
  const run = new VaultRun(chance.fork(1), chance.between(1, 4), quota);
  const tally = { world, lives: 0, deaths: 0, actions: 0 };
  try {
    const ground = await WORLDS[world]();
    await prepare(ground, chance, quota ?? null);
    for (const lives = chance.between(2, 6); tally.lives < lives; tally.lives += 1) {
      await live(run, ground, chance, tally);
      await check(run, ground, chance);
    }
    return tally;
  } catch (error) {
    if (!(error instanceof Violation))
      run.note(String(error instanceof Error ? error.stack : error));
    const sentence = error instanceof Violation ? error.message : 'something failed unexpectedly';
    throw new Violation(`${world}, seed ${seed}: ${sentence}\n${run.log.join('\n')}`);
  }
}

async function prepare(world: World, chance: Chance, quota: number | null): Promise<void> {
  const { database } = await world.next(new Life(FOR_EVER), chance);
  await database.write((write) =>
    write
      .insertInto('homes')
      .values({ location: 'home', quota_bytes: quota, quota_files: null, max_file_bytes: null })
      .execute(),
  );
  await database.durable();
}

/** One process, from its start to its end. */
async function live(run: VaultRun, world: World, chance: Chance, tally: VaultTally): Promise<void> {
  const steps = chance.yes(0.1) ? FOR_EVER : Math.floor(chance.between(0, 16) ** 2);
  run.note(`life ${tally.lives}: ${steps} steps`);
  const life = new Life(steps);
  run.life = life;
  try {
    await using _vault = await open(run, await world.next(life, chance), `life-${tally.lives}`);
    for (let left = chance.between(1, 8); left > 0; left -= 1) {
      const at = chance.pick(run.names);
      for (const one of run.names) if (!one.model.isCertain) await lookAt(run, one);
      await chance.weighted(VAULT_ACTIONS).run(run, at);
      tally.actions += 1;
    }
  } catch (error) {
    // A process that dies in the middle of a step may take it for a failed disk, or for anything.
    if (!life.isOver) throw error;
    run.note('  died');
    tally.deaths += 1;
  }
}

/** The next process, which lives: mends and finds everything as it has to be. */
async function check(run: VaultRun, world: World, chance: Chance): Promise<void> {
  for (const at of run.names) at.model.settle();
  run.life = new Life(FOR_EVER);
  await open(run, await world.next(run.life, chance), 'check');
  for (const [name, look] of Object.entries(VAULT_CHECKS)) {
    run.note(`  ${name}?`);
    await look(run);
  }
  await run.vault[Symbol.asyncDispose]();
  await nothingIsLeftBehind(run);
}

async function open(run: VaultRun, ground: Ground, process: string): Promise<Vault> {
  run.ground = ground;
  const self = `${process}-${(run.processes += 1)}`;
  run.vault = await Vault.open({
    ...ground,
    clock: run.clock,
    log: silentLog,
    presence: { self, isAlive: (one) => one === self },
    serves: true,
    options: { checkpointBytes: CHECKPOINT_BYTES, wholeBytes: WHOLE_BYTES },
  });
  run.home = await run.vault.home(HOME_ID);
  return run.vault;
}
