import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { Failure, failed } from '../../src/base/failure.ts';
import { silentLog } from '../../src/base/log.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Database } from '../../src/database/database.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Home } from '../../src/vault/home.ts';
import { Vault } from '../../src/vault/vault.ts';
import { CHECKPOINT_BYTES, at, newPresence, put, read } from './harness.ts';
import { Died, Life, mortalDatabase, mortalStore } from './mortal.ts';

const OLD = 'the old version';
const NEW = 'n'.repeat(2 * CHECKPOINT_BYTES + 500);

/** What is done, and what the home may hold afterwards, wherever it was cut. */
interface Scenario {
  readonly name: string;
  readonly run: (home: Home) => Promise<void>;
  /** Every state that is allowed, by name; absent means that there is no such file. */
  readonly allowed: readonly Readonly<Record<string, string>>[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a new upload',
    run: (home) => put(home, '/new', NEW),
    allowed: [
      { '/a': OLD, '/b': OLD },
      { '/a': OLD, '/b': OLD, '/new': NEW },
    ],
  },
  {
    name: 'an overwrite',
    run: (home) => put(home, '/a', NEW),
    allowed: [
      { '/a': OLD, '/b': OLD },
      { '/a': NEW, '/b': OLD },
    ],
  },
  {
    name: 'an append',
    run: (home) => put(home, '/a', NEW, { kind: 'append' }),
    allowed: [
      { '/a': OLD, '/b': OLD },
      { '/a': OLD + NEW, '/b': OLD },
    ],
  },
  {
    name: 'a removal',
    run: (home) => home.removeFile(at('/a')),
    allowed: [{ '/a': OLD, '/b': OLD }, { '/b': OLD }],
  },
  {
    name: 'a rename over a file',
    run: (home) => home.move(at('/a'), at('/b'), () => {}),
    allowed: [{ '/a': OLD, '/b': OLD }, { '/b': OLD }],
  },
];

describe('a vault whose process dies', () => {
  for (const scenario of SCENARIOS) {
    it(`has the old or the new state at every step of ${scenario.name}`, async () => {
      const deaths = await dieAtEveryStep(scenario);
      assert.ok(deaths > 5, `only ${deaths} steps were tried`);
    });
  }

  it('continues an upload from its durable offset, whatever step it died at', async () => {
    const deaths = await everyDeath(
      (home) => put(home, '/new', NEW),
      async (mended) => {
        const home = await mended.home(1);
        const seen = await statOrUndefined(home, '/new');
        const offset = seen?.partial ? seen.size : 0;
        if (!seen || seen.partial) {
          await put(home, '/new', NEW.slice(offset), { kind: 'resume', offset });
        }
        assert.equal(await read(home, '/new'), NEW);
      },
    );
    assert.ok(deaths > 5, `only ${deaths} steps were tried`);
  });
});

/** @returns how many deaths were tried */
function dieAtEveryStep({ run, allowed }: Scenario): Promise<number> {
  return everyDeath(run, async (mended, steps) => {
    const state = await stateOf(await mended.home(1));
    assert.ok(
      allowed.some((one) => sameState(one, state)),
      `after ${steps} steps: ${JSON.stringify(state).slice(0, 200)}`,
    );
  });
}

/**
 * Does the same again and again, in a process that dies one step later each time, until it lives
 * to the end. After each death `check` sees the vault as the next process mends it.
 * @returns how often it died
 */
async function everyDeath(
  run: (home: Home) => Promise<void>,
  check: (mended: Vault, steps: number) => Promise<void>,
): Promise<number> {
  for (let steps = 0; ; steps += 1) {
    const { store, database } = await prepared();
    const life = new Life(steps);
    await attempt(async () => {
      const doomed = await openVault(mortalStore(store, life), mortalDatabase(database, life));
      await run(await doomed.home(1));
    });
    await using mended = await openVault(store, database);
    await check(mended, steps);
    const { found, recorded } = await mended.audit(1, false);
    assert.deepEqual(recorded, found, `the ledger drifted after ${steps} steps`);
    if (!life.isOver) return steps;
  }
}

async function prepared(): Promise<{ store: Store; database: Database }> {
  const store = new MemoryStore();
  const database = await Sqlite.open(':memory:');
  await database.write((write) =>
    write
      .insertInto('homes')
      .values({ location: 'home', quota_bytes: null, quota_files: null, max_file_bytes: null })
      .execute(),
  );
  const vault = await openVault(store, database);
  const home = await vault.home(1);
  await put(home, '/a', OLD);
  await put(home, '/b', OLD);
  await vault[Symbol.asyncDispose]();
  return { store, database };
}

function openVault(store: Store, database: Database): Promise<Vault> {
  const options = { checkpointBytes: CHECKPOINT_BYTES };
  return Vault.open({
    database,
    store,
    clock: systemClock,
    log: silentLog,
    presence: newPresence(),
    serves: true,
    options,
  });
}

/** Does it as far as it goes. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure || error instanceof Died) return;
    throw error;
  }
}

async function stateOf(home: Home): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for await (const slice of home.list(at('/'))) {
    for (const entry of slice) {
      if (!entry.partial) state[`/${entry.name}`] = await read(home, `/${entry.name}`);
    }
  }
  return state;
}

function sameState(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => one[key] === other[key]);
}

async function statOrUndefined(home: Home, path: string) {
  try {
    return await home.stat(at(path));
  } catch (error) {
    if (failed(error, 'not-found')) return undefined;
    throw error;
  }
}
