import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { Failure, failed } from '../../src/base/failure.ts';
import { silentLog } from '../../src/base/log.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Database } from '../../src/database/database.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Home } from '../../src/vault/home.ts';
import { Vault } from '../../src/vault/vault.ts';
import { checkBooks, checkStaged } from './books.ts';
import { CHECKPOINT_BYTES, at, newPresence, put, read } from './harness.ts';
import { Died, Life, mortalDatabase, mortalStore } from './mortal.ts';

export const OLD = 'the old version';

/** Bytes that differ from place to place: a hole or a wrong join would show. */
export const LINES = Array.from({ length: 300 }, (_, number) => `line ${number}\n`).join('');

export type State = Readonly<Record<string, string>>;

/** What is done, and what the home may hold afterwards, wherever it was cut. */
export interface Scenario {
  readonly name: string;
  /** It stores something that may be stored in one step. */
  readonly isWhole?: true;
  /** What is done before, in a process that lives. */
  readonly before?: (home: Home, database: Database) => Promise<void>;
  readonly run: (home: Home) => Promise<unknown>;
  /** Every state that is allowed, by name, beside {@link THERE}; absent means no such file. */
  readonly allowed: readonly State[];
  /** What the next process can do then, and must come to. */
  readonly next?: (home: Home) => Promise<void>;
}

/** What every home holds before. */
export const THERE: State = { '/a': OLD, '/b': OLD };

/** @returns how many deaths were tried */
export function dieAtEveryStep(scenario: Scenario, wholeBytes = 0): Promise<number> {
  const { allowed, next } = scenario;
  return everyDeath(scenario, wholeBytes, async (mended, steps) => {
    const home = await mended.home(1);
    const state = await stateOf(home);
    assert.ok(
      allowed.some((one) => sameState(one, state)),
      `after ${steps} steps: ${JSON.stringify(state).slice(0, 200)}`,
    );
    await next?.(home);
  });
}

/**
 * Does the same again and again, in a process that dies one step later each time, until it lives
 * to the end. After each death `check` sees the vault as the next process mends it.
 * @returns how often it died
 */
async function everyDeath(
  { before, run }: Scenario,
  wholeBytes: number,
  check: (mended: Vault, steps: number) => Promise<void>,
): Promise<number> {
  for (let steps = 0; ; steps += 1) {
    const { store, database } = await prepared(before);
    const life = new Life(steps);
    await attempt(async () => {
      const doomed = await openVault(
        mortalStore(store, life),
        mortalDatabase(database, life),
        wholeBytes,
      );
      await run(await doomed.home(1));
    });
    const mended = await openVault(store, database);
    const books = { vault: mended, home: await mended.home(1), database };
    await checkBooks(books);
    await check(mended, steps);
    await checkBooks(books);
    // What is swept up beside the work is swept up when the vault has been closed.
    await mended[Symbol.asyncDispose]();
    await checkStaged(books, await store.openTree('home'));
    if (!life.isOver) return steps;
  }
}

async function prepared(
  before?: Scenario['before'],
): Promise<{ store: Store; database: Database }> {
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
  await before?.(home, database);
  await vault[Symbol.asyncDispose]();
  return { store, database };
}

function openVault(store: Store, database: Database, wholeBytes = 0): Promise<Vault> {
  const options = { checkpointBytes: CHECKPOINT_BYTES, wholeBytes };
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

export async function stateOf(home: Home, folder = ''): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for await (const slice of home.list(at(folder))) {
    for (const { name, kind, partial } of slice) {
      const path = `${folder}/${name}`;
      if (kind === 'folder') Object.assign(state, await stateOf(home, path));
      else if (!partial) state[path] = await read(home, path);
    }
  }
  return state;
}

function sameState(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => one[key] === other[key]);
}

export async function statOrUndefined(home: Home, path: string) {
  try {
    return await home.stat(at(path));
  } catch (error) {
    if (failed(error, 'not-found')) return undefined;
    throw error;
  }
}
