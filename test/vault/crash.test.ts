import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { Failure, failed } from '../../src/base/failure.ts';
import { silentLog } from '../../src/base/log.ts';
import { KiB } from '../../src/base/size.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Database } from '../../src/database/database.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Home } from '../../src/vault/home.ts';
import { Vault } from '../../src/vault/vault.ts';
import { checkBooks, checkStaged } from './books.ts';
import { CHECKPOINT_BYTES, at, begin, newPresence, put, putCut, read, sha256 } from './harness.ts';
import { Died, Life, mortalDatabase, mortalStore } from './mortal.ts';

const OLD = 'the old version';
const NEW = 'n'.repeat(2 * CHECKPOINT_BYTES + 500);

/** Bytes that differ from place to place: a hole or a wrong join would show. */
const LINES = Array.from({ length: 300 }, (_, number) => `line ${number}\n`).join('');

type State = Readonly<Record<string, string>>;

/** What is done, and what the home may hold afterwards, wherever it was cut. */
interface Scenario {
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
const THERE: State = { '/a': OLD, '/b': OLD };

/** Continues an upload to its end from what is here of it, unless it is complete. */
async function finish(home: Home, path: string, content: string): Promise<void> {
  const seen = await statOrUndefined(home, path);
  const offset = seen?.partial ? seen.size : 0;
  if (!seen || seen.partial) {
    await put(home, path, content.slice(offset), { kind: 'resume', offset });
  }
  assert.equal(await read(home, path), content);
}

function join(home: Home, target: string, sources: readonly string[]): Promise<unknown> {
  const { signal } = new AbortController();
  return home.join(
    at(target),
    sources.map((source) => at(source)),
    'test',
    () => {},
    signal,
  );
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a new upload',
    isWhole: true,
    run: (home) => put(home, '/new', NEW),
    allowed: [THERE, { ...THERE, '/new': NEW }],
    next: (home) => finish(home, '/new', NEW),
  },
  {
    name: 'an overwrite',
    isWhole: true,
    run: (home) => put(home, '/a', NEW),
    allowed: [THERE, { ...THERE, '/a': NEW }],
    next: async (home) => {
      await put(home, '/a', 'newest');
      assert.equal(await read(home, '/a'), 'newest');
    },
  },
  {
    name: 'an append',
    run: (home) => put(home, '/a', NEW, { kind: 'append' }),
    allowed: [THERE, { ...THERE, '/a': OLD + NEW }],
    next: async (home) => {
      const before = await read(home, '/a');
      await put(home, '/a', 'end', { kind: 'append' });
      assert.equal(await read(home, '/a'), `${before}end`);
    },
  },
  {
    name: 'an append where another version has come meanwhile',
    isWhole: true,
    run: async (home) => {
      const writer = await begin(home, '/a', { kind: 'append' });
      await writer.write([Buffer.from(LINES)]);
      await put(home, '/a', 'other');
      await writer.complete();
    },
    allowed: [THERE, { ...THERE, '/a': 'other' }, { ...THERE, '/a': `other${LINES}` }],
  },
  {
    name: 'the rest of an unfinished upload',
    before: async (home) => {
      await putCut(home, '/new', LINES.slice(0, 1500));
    },
    run: (home) => put(home, '/new', LINES.slice(1500), { kind: 'resume', offset: 1500 }),
    allowed: [THERE, { ...THERE, '/new': LINES }],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'an unfinished upload that goes on further in front',
    before: async (home) => {
      await putCut(home, '/new', LINES.slice(0, 2500));
    },
    run: (home) => put(home, '/new', LINES.slice(700), { kind: 'resume', offset: 700 }),
    allowed: [THERE, { ...THERE, '/new': LINES }],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'a rest that is put behind the beginning of a file',
    run: (home) => put(home, '/a', LINES, { kind: 'resume', offset: 4 }),
    allowed: [THERE, { ...THERE, '/a': OLD.slice(0, 4) + LINES }],
  },
  {
    name: 'an upload that is cut, by somebody who lives on',
    isWhole: true,
    run: (home) => putCut(home, '/new', LINES),
    allowed: [THERE],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'an upload that is not what was promised',
    isWhole: true,
    run: async (home) => {
      const digest = { algorithm: 'sha-256', hex: sha256('good') } as const;
      const writer = await begin(home, '/a', { kind: 'replace' }, { digest });
      await writer.write([Buffer.from(LINES)]);
      await writer.complete();
    },
    allowed: [THERE],
  },
  {
    name: 'an upload that meets the quota',
    isWhole: true,
    before: async (_home, database) => {
      await database.write((write) =>
        write
          .updateTable('homes')
          .set({ quota_bytes: 2 * OLD.length + 1200 })
          .execute(),
      );
    },
    run: async (home) => {
      const writer = await begin(home, '/new');
      const send = async () => {
        await writer.write([Buffer.from(LINES)]);
        await writer.complete();
      };
      await assert.rejects(send(), refusedOrDied);
      await writer.interrupt('quota');
    },
    allowed: [THERE],
    next: async (home) => {
      const { bytes, limits } = await home.usage();
      assert.ok(bytes <= (limits.bytes ?? 0), `${bytes} of ${limits.bytes}`);
    },
  },
  {
    name: 'a copy of what is here already',
    isWhole: true,
    run: async (home) => {
      const digest = { algorithm: 'sha-256', hex: sha256(OLD) } as const;
      await home.expect(at('/copy'), { length: OLD.length, digest }, 'test', () => {});
    },
    allowed: [THERE, { ...THERE, '/copy': OLD }],
  },
  {
    name: 'a removal',
    run: (home) => home.removeFile(at('/a')),
    allowed: [THERE, { '/b': OLD }],
  },
  {
    name: 'the removal of an unfinished upload',
    before: async (home) => {
      await putCut(home, '/new', LINES);
    },
    run: (home) => home.removeFile(at('/new')),
    allowed: [THERE],
    next: (home) => finish(home, '/new', LINES),
  },
  {
    name: 'the removal of a tree',
    before: async (home) => {
      for (const folder of ['/tree', '/tree/deep']) await home.makeFolder(at(folder));
      for (const path of ['/tree/x', '/tree/deep/y']) await put(home, path, NEW);
      await putCut(home, '/tree/cut', LINES);
    },
    run: (home) => home.removeTree(at('/tree')),
    allowed: [
      { ...THERE, '/tree/x': NEW, '/tree/deep/y': NEW },
      { ...THERE, '/tree/x': NEW },
      { ...THERE, '/tree/deep/y': NEW },
      THERE,
    ],
    next: async (home) => {
      if (await statOrUndefined(home, '/tree')) await home.removeTree(at('/tree'));
      assert.deepEqual(await stateOf(home), THERE);
    },
  },
  {
    name: 'a rename over a file',
    run: (home) => home.move(at('/a'), at('/b'), () => {}),
    allowed: [THERE, { '/b': OLD }],
  },
  {
    name: 'a rename of a folder with files and an unfinished upload',
    before: async (home) => {
      await home.makeFolder(at('/from'));
      await put(home, '/from/x', NEW);
      await putCut(home, '/from/cut', LINES.slice(0, 2000));
    },
    run: (home) => home.move(at('/from'), at('/to'), () => {}),
    allowed: [
      { ...THERE, '/from/x': NEW },
      { ...THERE, '/to/x': NEW },
    ],
    next: async (home) => {
      const folder = (await statOrUndefined(home, '/to')) ? '/to' : '/from';
      const digest = await home.digest(at(`${folder}/x`), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, sha256(NEW));
      assert.ok(((await statOrUndefined(home, `${folder}/cut`))?.size ?? 0) > 0);
      await finish(home, `${folder}/cut`, LINES);
    },
  },
  {
    name: 'files that are joined as a new one',
    run: (home) => join(home, '/all', ['/a', '/b']),
    allowed: [THERE, { '/all': OLD + OLD }],
    next: async (home) => {
      if (await statOrUndefined(home, '/a')) await join(home, '/all', ['/a', '/b']);
      assert.deepEqual(await stateOf(home), { '/all': OLD + OLD });
    },
  },
  {
    name: 'a file that is joined to another',
    run: (home) => join(home, '/a', ['/b']),
    allowed: [THERE, { '/a': OLD + OLD }],
    next: async (home) => {
      if (await statOrUndefined(home, '/b')) await join(home, '/a', ['/b']);
      assert.deepEqual(await stateOf(home), { '/a': OLD + OLD });
    },
  },
  {
    name: 'a new time for a file',
    run: (home) => home.setModified(at('/a'), 86_400_000),
    allowed: [THERE],
    next: async (home) => {
      const digest = await home.digest(at('/a'), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, sha256(OLD));
    },
  },
];

/** Whether small files are stored step by step, or in one. */
const WAYS = { 'step by step': 0, 'whole where it can be': 64 * KiB } as const;

describe('a vault whose process dies', () => {
  for (const [way, wholeBytes] of Object.entries(WAYS)) {
    const these = SCENARIOS.filter(({ isWhole }) => isWhole || wholeBytes === 0);
    for (const scenario of these) {
      it(`has the old or the new state at every step of ${scenario.name}, ${way}`, async () => {
        const deaths = await dieAtEveryStep(scenario, wholeBytes);
        assert.ok(deaths > 5, `only ${deaths} steps were tried`);
      });
    }
  }
});

/** @returns how many deaths were tried */
function dieAtEveryStep(scenario: Scenario, wholeBytes: number): Promise<number> {
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

async function stateOf(home: Home, folder = ''): Promise<Record<string, string>> {
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

/** A quota refuses with a Failure; a process that dies on the way to it does not come so far. */
function refusedOrDied(error: unknown): boolean {
  return error instanceof Died || failed(error, 'quota-exceeded');
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
