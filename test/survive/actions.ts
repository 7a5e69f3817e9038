import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '../../src/base/size.ts';
import { attempt } from './attempt.ts';
import type { Chance } from './chance.ts';
import type { Version } from './content.ts';
import { randomFault } from './faults.ts';
import { fetchCut, fetchOnce } from './fetch.ts';
import { IDIOMS, type Idiom } from './idioms.ts';
import { same } from './model.ts';
import type { LiveName } from './names.ts';
import type { Round } from './round.ts';
import { visit } from './session.ts';
import { hold } from './violation.ts';

/** What one client does at one time, to names that are its own as long as it lasts. */
interface Action {
  readonly name: string;
  readonly weight: number;
  readonly run: (round: Round, name: LiveName, chance: Chance) => Promise<void>;
}

export const ACTIONS: readonly Action[] = [
  { name: 'carry', weight: 10, run: carry },
  { name: 'race', weight: 1, run: race },
  { name: 'take over', weight: 2, run: takeOver },
  { name: 'append', weight: 2, run: append },
  { name: 'extend', weight: 1, run: extend },
  { name: 'again', weight: 1, run: again },
  { name: 'move', weight: 1, run: move },
  { name: 'remove', weight: 2, run: remove },
  { name: 'download', weight: 2, run: download },
];

/** How long contents are, in bytes. */
const LENGTHS = [
  { weight: 1, least: 0, most: 0 },
  { weight: 3, least: 1, most: 200 },
  { weight: 3, least: 65_535, most: 65_537 },
  { weight: 6, least: 1, most: MiB / 2 },
  { weight: 4, least: 1, most: 3 * MiB },
] as const;

function newContent(round: Round, chance: Chance): Version {
  const { least, most } = chance.weighted(LENGTHS);
  return round.versions.next(chance.between(least, most));
}

/** Brings a content to a name, in as many attempts as it takes, or some of them. */
async function carry(round: Round, name: LiveName, chance: Chance): Promise<void> {
  name.job ??= newContent(round, chance);
  await attempts(round, name, name.job, chance);
}

async function attempts(
  round: Round,
  name: LiveName,
  version: Version,
  chance: Chance,
): Promise<void> {
  for (let left = chance.between(1, 4); left > 0 && !round.house.isGoing; left -= 1) {
    const ending = await attempt(round, name, version, chance, { isRisky: left > 1 });
    if (ending === 'done') return;
    if (ending === 'full') {
      round.tally.add('quota reached');
      name.job = undefined;
      await remove(round, name, chance);
      return;
    }
  }
}

/** Two clients at once, neither knowing of the other: one version or the other, never both. */
async function race(round: Round, name: LiveName, chance: Chance): Promise<void> {
  const versions = [newContent(round, chance), newContent(round, chance)];
  const idiom = IDIOMS.find((one) => one.name === 'STOR');
  if (idiom === undefined) return;
  name.job = undefined;
  await together(
    versions.map((version, index) =>
      attempt(round, name, version, chance.fork(index), {
        isRisky: chance.yes(0.3),
        isRaced: true,
        idiom,
      }),
    ),
  );
  name.forget();
  for (const version of versions) name.mayLeave(version);
  round.tally.add('races');
}

/** A client hangs, and goes on from another session while the first one is still there. */
async function takeOver(round: Round, name: LiveName, chance: Chance): Promise<void> {
  const version = (name.job ??= newContent(round, chance));
  const begun = Promise.withResolvers<boolean>();
  const raced = { isRaced: true, onBegun: () => begun.resolve(true) };
  const older = attempt(round, name, version, chance.fork(0), { isRisky: true, ...raced });
  const noLonger = (): void => begun.resolve(false);
  void older.then(noLonger, noLonger);
  // Without waiting, either may be the one that the server hears first.
  const start = chance.yes(0.5) ? begun.promise : sleep(chance.between(0, 60), false);
  const newer = start.then(async (isNewer) => {
    const ending = await attempt(round, name, version, chance.fork(1), {
      isRisky: false,
      isRaced: true,
    });
    return isNewer && ending === 'refused' ? 'the newer one was refused' : ending;
  });
  const [first, second] = await together([older, newer]);
  if (second === 'the newer one was refused' && first !== 'done' && !round.house.isGoing) {
    // Only because there is nothing to go on with any more: the older one is complete.
    const seen = await fetchOnce(round, name, chance);
    hold(
      !seen || seen.some((value) => same(value, version)),
      () => `the newer session of ${name.toString()} was refused, the older one was ${first}`,
    );
  }
  // What the older one had begun may have been kept after the newer one was done.
  name.mayLeave(version);
  round.tally.add('takeovers');
}

async function append(round: Round, name: LiveName, chance: Chance): Promise<void> {
  if (!name.model.isCertain || !name.leavesNothing) return;
  const before = name.model.certain;
  const added = newContent(round, chance);
  const version = before?.followedBy(added) ?? added;
  if (version.length > 6 * MiB) return;
  name.job = version;
  const start = before?.length ?? 0;
  const idiom = once('APPE', async () => ({ verb: 'APPE', start }));
  await attempt(round, name, version, chance, { isRisky: chance.yes(0.5), idiom });
}

/** A new version from the beginning of the one that is there. */
async function extend(round: Round, name: LiveName, chance: Chance): Promise<void> {
  if (!name.model.isCertain || !name.leavesNothing) return;
  const before = name.model.certain;
  if (before === undefined || before.length === 0) return;
  const start = chance.between(1, before.length);
  const version = before.first(start).followedBy(newContent(round, chance));
  name.job = version;
  const idiom = once('REST into a file + STOR', async (client) => {
    await client.say(`REST ${start}`);
    return { verb: 'STOR', start };
  });
  await attempt(round, name, version, chance, { isRisky: chance.yes(0.5), idiom });
}

/** What the account has, or has begun to bring, under another name. */
async function again(round: Round, name: LiveName, chance: Chance): Promise<void> {
  await round.withAnother(name, chance, async (other) => {
    const version = other.job ?? (other.model.isCertain ? other.model.certain : undefined);
    const idiom = IDIOMS.find((one) => one.name.startsWith('SITE EXPECT'));
    if (version === undefined || idiom === undefined) return;
    // What has begun to come there goes on here.
    other.job = undefined;
    other.forget();
    name.job = version;
    await attempt(round, name, version, chance, { isRisky: chance.yes(0.3), idiom });
    round.tally.add('promises under another name');
  });
}

async function move(round: Round, name: LiveName, chance: Chance): Promise<void> {
  await round.withAnother(name, chance, async (to) => {
    const value = name.model.isCertain ? name.model.certain : undefined;
    if (value === undefined || !to.model.isCertain) return;
    const changes = [name.model.begin(undefined), to.model.begin(value)];
    round.note(name, `move to ${to.path}`);
    await visit(round, name.account, chance, undefined, async ({ client }) => {
      await client.say(`RNFR ${name.path}`);
      const { code, lines } = await client.say(`RNTO ${to.path}`);
      hold(code === 250, () => `RNTO ${to.toString()}: ${code} ${lines.join(' ')}`);
      for (const change of changes) change.succeeded();
      round.tally.add('moves');
    });
    for (const one of [name, to]) one.forget();
  });
}

async function remove(round: Round, name: LiveName, chance: Chance): Promise<void> {
  const change = name.model.begin(undefined);
  name.forget();
  round.note(name, 'remove');
  await visit(round, name.account, chance, undefined, async ({ client }) => {
    const { code, lines } = await client.say(`DELE ${name.path}`);
    hold(code === 250 || code === 550, () => `DELE ${name.toString()}: ${code} ${lines.join(' ')}`);
    if (code === 250) change.succeeded();
    else change.refused();
    round.tally.add('removals');
  });
}

async function download(round: Round, name: LiveName, chance: Chance): Promise<void> {
  if (!name.model.isCertain) return;
  const bytes = name.model.certain?.length ?? 0;
  const target = {
    data: { direction: 'down', bytes },
    isSized: true,
    edges: [0, 1, bytes],
  } as const;
  await fetchCut(round, name, chance, randomFault(chance, target));
}

function once(name: string, prepare: Idiom['prepare']): Idiom {
  return { name, weight: 0, isSized: false, goesOn: true, fits: () => true, prepare };
}

/** Waits for all of them, also if one of them fails. */
async function together<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  return results.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
