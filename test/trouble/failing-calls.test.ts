import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Database } from '../../src/database/database.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Home } from '../../src/vault/home.ts';
import type { Writer } from '../../src/vault/writer.ts';
import { MiB } from '../../src/base/size.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Placement } from '../../src/vault/placement.ts';
import { CHECKPOINT_BYTES, at, begin, put, read } from '../vault/harness.ts';
import { skipWithoutMounts, smallDisk } from './mounts.ts';
import { failingDatabase, failingStore, Trouble, type TroublePlan } from './failing.ts';
import { attempted, finish, Living, NEW, OLD } from './living.ts';

/** What is done, and every state in which the home may be if it fails. */
interface Scenario {
  readonly name: string;
  readonly run: (home: Home) => Promise<void>;
  readonly allowed: readonly Readonly<Record<string, string>>[];
  /** What its user does when the disk works again; `after` is the state that this leads to. */
  readonly again: (home: Home) => Promise<unknown>;
  readonly after: Readonly<Record<string, string>>;
  /** It starts a thread each time: then one failure at a time is enough. */
  readonly isCostly?: true;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a new upload',
    run: (home) => sendAll(home, '/new', NEW),
    allowed: [{ '/a': OLD }, { '/a': OLD, '/new': NEW }],
    again: (home) => finish(home, '/new', NEW),
    after: { '/a': OLD, '/new': NEW },
  },
  {
    name: 'an overwrite',
    run: (home) => sendAll(home, '/a', NEW),
    allowed: [{ '/a': OLD }, { '/a': NEW }],
    again: (home) => put(home, '/a', NEW),
    after: { '/a': NEW },
  },
  {
    name: 'an append',
    run: (home) => sendAll(home, '/a', NEW, { kind: 'append' }),
    allowed: [{ '/a': OLD }, { '/a': OLD + NEW }],
    again: (home) => put(home, '/a', OLD + NEW),
    after: { '/a': OLD + NEW },
    isCostly: true,
  },
  {
    name: 'an upload that goes on',
    run: (home) => sendAll(home, '/part', NEW.slice(1200), { kind: 'resume', offset: 1200 }),
    allowed: [{ '/a': OLD }, { '/a': OLD, '/part': NEW }],
    again: (home) => finish(home, '/part', NEW),
    after: { '/a': OLD, '/part': NEW },
    isCostly: true,
  },
  {
    name: 'a removal',
    run: (home) => home.removeFile(at('/a')),
    allowed: [{ '/a': OLD }, {}],
    again: (home) => attempted(() => home.removeFile(at('/a'))),
    after: {},
  },
  {
    name: 'a rename',
    run: (home) => home.move(at('/a'), at('/b'), () => {}),
    allowed: [{ '/a': OLD }, { '/b': OLD }],
    again: (home) => attempted(() => home.move(at('/a'), at('/b'), () => {})),
    after: { '/b': OLD },
  },
];

type Plan = Omit<TroublePlan, 'at'>;

const STORE_PLANS: readonly Plan[] = [
  { moment: 'before', lasting: false },
  { moment: 'after', lasting: false },
  { moment: 'before', lasting: true },
];

const DATABASE_PLANS: readonly Plan[] = [
  { moment: 'before', lasting: false },
  { moment: 'before', lasting: true },
];

suite('a process that lives on while its disk fails', { timeout: 120_000 }, () => {
  for (const scenario of SCENARIOS) {
    test(`loses and leaks nothing, whichever call of the store fails during ${scenario.name}`, async (t) => {
      await using place = await somewhere();
      let tried = 0;
      for (const plan of plansFor(scenario, STORE_PLANS)) {
        tried += await everyCall(place.path, scenario, plan, (trouble) => (store, database) => ({
          store: {
            openTree: (location) =>
              failingStore(store, location.endsWith('/home') ? location : '', trouble).openTree(
                location,
              ),
          },
          database,
        }));
      }
      t.diagnostic(`${tried} calls failed in turn`);
      assert.ok(tried >= 5, `only ${tried} calls were tried`);
    });

    test(`loses and leaks nothing, whichever transaction or sync of the records fails during ${scenario.name}`, async (t) => {
      await using place = await somewhere();
      let tried = 0;
      for (const plan of plansFor(scenario, DATABASE_PLANS)) {
        tried += await everyCall(place.path, scenario, plan, (trouble) => (store, database) => ({
          store,
          database: failingDatabase(database, trouble),
        }));
      }
      t.diagnostic(`${tried} calls failed in turn`);
      assert.ok(tried >= 5, `only ${tried} calls were tried`);
    });
  }
});

function plansFor({ isCostly }: Scenario, plans: readonly Plan[]): readonly Plan[] {
  return isCostly ? plans.filter(({ lasting }) => !lasting) : plans;
}

/** Where syncs cost nothing, if there is such a place: what is asked here is not the disk. */
function somewhere(): Promise<AsyncDisposable & { readonly path: string }> {
  return skipWithoutMounts() === false ? smallDisk(64 * MiB) : temporaryFolder();
}

type Wrap = (store: Store, database: Database) => { store: Store; database: Database };

/** @returns how many calls have been made to fail */
async function everyCall(
  folder: string,
  scenario: Scenario,
  plan: Plan,
  wrapWith: (trouble: Trouble) => Wrap,
): Promise<number> {
  for (let call = 0; ; call += 1) {
    // What is called before the scenario begins works.
    let trouble = new Trouble({ ...plan, at: Number.POSITIVE_INFINITY });
    const late = { meet: <T>(work: () => T) => trouble.meet(work) } as Trouble;
    await using living = await Living.begin(folder, wrapWith(late));
    const beside = await begin(living.other, '/beside');
    await beside.write([Buffer.from(NEW)]);
    trouble = new Trouble({ ...plan, at: call });
    const when = `${plan.lasting ? 'from' : ''} ${plan.moment} call ${call}`;
    if (!(await oneCall(living, scenario, trouble, beside, when))) return call;
  }
}

/** @returns false if nothing failed */
async function oneCall(
  living: Living,
  { run, allowed, again, after }: Scenario,
  trouble: Trouble,
  beside: Writer,
  when: string,
): Promise<boolean> {
  const { home, other, vault } = living;
  const failure = await attempted(() => run(home));
  if (trouble.failures === 0) assert.equal(failure, undefined, when);
  else if (failure) assert.equal(failure.code, 'storage-failed', `${when}: ${failure.message}`);
  trouble.heal();
  // Somebody else may have been refused where the records failed, and goes on.
  if (await attempted(() => beside.complete())) await beside.interrupt('refused');
  // What a server does every other second.
  await vault.mend();
  await living.assertNothingLeaks(when);
  const state = await living.contents();
  assert.ok(
    allowed.some((one) => isSame(one, state)),
    `${when}: ${JSON.stringify(state).slice(0, 200)}`,
  );
  if (!failure) assert.ok(isSame(state, after), `${when}: what was confirmed is there`);

  await again(home);
  await finish(other, '/beside', NEW);
  assert.deepEqual(await living.contents(), after, when);
  assert.equal(await read(other, '/beside'), NEW, when);
  await living.assertNothingLeaks(`${when}, done again`);
  const left = (await vault.uploads()).filter(({ name }) => name !== 'part');
  assert.deepEqual(left, [], when);
  await vault[Symbol.asyncDispose]();
  assert.deepEqual(living.open(), [], `${when}: files stay open`);
  return trouble.failures > 0;
}

/** As a session does: what fails is interrupted, and can be continued. */
async function sendAll(
  home: Home,
  path: string,
  content: string,
  placement?: Placement,
): Promise<void> {
  await using writer = await begin(home, path, placement);
  for (let from = 0; from < content.length; from += CHECKPOINT_BYTES) {
    await writer.write([Buffer.from(content.slice(from, from + CHECKPOINT_BYTES))]);
  }
  await writer.complete();
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => one[key] === other[key]);
}
