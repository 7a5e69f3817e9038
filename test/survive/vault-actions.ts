import { failed } from '../../src/base/failure.ts';
import type { Declared } from '../../src/vault/placement.ts';
import type { Writer } from '../../src/vault/writer.ts';
import { Died } from '../vault/mortal.ts';
import type { Chance } from './chance.ts';
import type { Version } from './content.ts';
import { type Value, same } from './model.ts';
import { lookAt } from './vault-check.ts';
import {
  type Traced,
  type VaultRun,
  followTold,
  meanings,
  partialOf,
  rowsOf,
} from './vault-run.ts';
import { type Meant, upload } from './vault-upload.ts';
import { hold } from './violation.ts';

/** The longest content, in bytes: several checkpoints and many sectors. */
const MAX_BYTES = 12_000;

/** One kind of thing that visitors do; where it does not fit, it does nothing. */
interface Action {
  readonly name: string;
  readonly weight: number;
  readonly run: (run: VaultRun, at: Traced) => Promise<void>;
}

export const VAULT_ACTIONS: readonly Action[] = [
  { name: 'put', weight: 5, run: put },
  { name: 'cut', weight: 5, run: cut },
  { name: 'carry on', weight: 8, run: carryOn },
  { name: 'carry on with something else', weight: 3, run: splice },
  { name: 'append', weight: 3, run: append },
  { name: 'extend', weight: 2, run: extend },
  { name: 'remove', weight: 2, run: remove },
  { name: 'move', weight: 2, run: move },
  { name: 'race', weight: 2, run: race },
  { name: 'take over', weight: 2, run: takeOver },
  { name: 'by content', weight: 3, run: byContent },
  { name: 'promise while it is written', weight: 2, run: promiseMeanwhile },
  { name: 'lie', weight: 1, run: lie },
  { name: 'digest', weight: 1, run: digest },
  { name: 'touch', weight: 1, run: touch },
];

/** A whole new version. */
async function put(run: VaultRun, at: Traced): Promise<void> {
  const version = fresh(run);
  const declared = run.chance.pick([{}, { length: version.length }, promise(version)]);
  await upload(run, at, { ...whole(version), declared });
}

/** A new version that is interrupted. */
async function cut(run: VaultRun, at: Traced): Promise<void> {
  const version = fresh(run);
  const declared = run.chance.pick([{}, promise(version)]);
  await upload(run, at, { ...whole(version), declared, ...cutWithin(run.chance, 0, version) });
}

/** The next part, or the rest, of what is unfinished. */
async function carryOn(run: VaultRun, at: Traced): Promise<void> {
  const partial = await partialOf(run, at);
  if (partial === undefined) return;
  const version = run.chance.pick(partial.versions);
  if (version.length < partial.offset) return;
  await upload(run, at, {
    version,
    placement: { kind: 'resume', offset: partial.offset },
    start: partial.offset,
    ...end(run.chance, partial.offset, version),
    // What was promised before may have been another of them.
    ...(partial.versions.length > 1 && { declared: promise(version) }),
  });
}

/** A part of what is unfinished, and then other bytes than were meant at first. */
async function splice(run: VaultRun, at: Traced): Promise<void> {
  const partial = await partialOf(run, at);
  if (partial === undefined) return;
  const offset = run.chance.between(1, partial.offset);
  const version = run.chance.pick(partial.versions).first(offset).followedBy(fresh(run));
  await upload(run, at, {
    version,
    placement: { kind: 'resume', offset },
    start: offset,
    ...end(run.chance, offset, version),
    declared: promise(version),
  });
}

/** More at the end of a file. */
async function append(run: VaultRun, at: Traced): Promise<void> {
  const value = await fileWithoutOverwrite(run, at);
  if (value === undefined) return;
  const version = value.followedBy(fresh(run));
  await upload(run, at, {
    version,
    placement: { kind: 'append' },
    start: value.length,
    ...end(run.chance, value.length, version),
  });
}

/** A new version from the beginning of the one that is there. */
async function extend(run: VaultRun, at: Traced): Promise<void> {
  const value = await fileWithoutOverwrite(run, at);
  if (value === undefined || value.length === 0 || (await partialOf(run, at))) return;
  const offset = run.chance.between(1, value.length);
  const version = value.first(offset).followedBy(fresh(run));
  await upload(run, at, {
    version,
    placement: { kind: 'resume', offset },
    start: offset,
    ...end(run.chance, offset, version),
  });
}

async function remove(run: VaultRun, at: Traced): Promise<void> {
  run.note(`${at.path}: remove`);
  const change = at.model.begin(undefined);
  // Where there is no file, this drops what is unfinished.
  if (!at.model.isCertain || at.model.certain === undefined) at.told = undefined;
  try {
    await run.home.removeFile(at.path);
    run.checkAlive();
    change.succeeded();
  } catch (error) {
    run.checkAlive();
    if (!failed(error, 'not-found')) throw error;
    change.refused();
  }
}

async function move(run: VaultRun, at: Traced): Promise<void> {
  const to = run.chance.pick(run.names);
  const value = at.model.certain;
  if (to === at || value === undefined) return;
  run.note(`${at.path}: move to ${to.path}`);
  const changes = [at.model.begin(undefined), to.model.begin(value)];
  await run.home.move(at.path, to.path, () => {});
  run.checkAlive();
  for (const change of changes) change.succeeded();
}

/** Two at once, neither knowing of the other. */
async function race(run: VaultRun, at: Traced): Promise<void> {
  const meant = [fresh(run), fresh(run)].map((version) => ({
    ...whole(version),
    ...end(run.chance, 0, version),
  }));
  await raced(at, () => all(meant.map((one) => upload(run, at, one))));
}

async function raced(at: Traced, work: () => Promise<void>): Promise<void> {
  at.isRaced = true;
  try {
    await work();
  } finally {
    at.isRaced = false;
    at.told = undefined;
  }
}

/** A second session goes on with what the first one still holds. */
async function takeOver(run: VaultRun, at: Traced): Promise<void> {
  if (at.intents.length > 0 || at.model.certain !== undefined) return;
  const version = fresh(run);
  run.note(`${at.path}: take over ${version.toString()}`);
  const change = at.model.begin(version);
  at.attempts.push(version);
  at.intents.push(version);
  let first: Writer | undefined;
  try {
    first = await run.home.upload(at.path, { kind: 'replace' }, {}, 'first', () => {});
    const begun = run.chance.below(version.length + 1);
    if (begun > 0) await first.write(version.pieces(0, begun));
    const seen = await partialOf(run, at);
    if (seen === undefined) return;
    await upload(run, at, {
      version,
      placement: { kind: 'resume', offset: seen.offset },
      start: seen.offset,
      stop: version.length,
    });
    let isTaken = true;
    try {
      await first.write(version.pieces(begun));
    } catch (error) {
      if (!failed(error, 'locked')) throw error;
      isTaken = false;
    }
    if (isTaken) hold(begun === version.length, () => 'late bytes of the first were taken');
  } catch (error) {
    if (!failed(error, 'quota-exceeded') || run.quota === undefined) throw error;
  } finally {
    await first?.interrupt('the end');
    run.checkAlive();
    change.refused();
    at.attempts = at.attempts.filter((one) => one !== version);
  }
}

/** A promise of what is, or has begun to come, under any name; then what is still missing. */
async function byContent(run: VaultRun, at: Traced): Promise<void> {
  const from = run.chance.pick(run.names);
  const version = (await partialOf(run, from))?.versions[0] ?? from.model.certain;
  if (version === undefined || at.lies.has(version.key)) return;
  run.note(`${at.path}: expect ${version.toString()} of ${from.path}`);
  const change = at.model.begin(version);
  at.attempts.push(version);
  at.intents.push(version);
  try {
    const { bytes: held } = await run.home.expect(at.path, promise(version), 'somebody', () => {});
    run.checkAlive();
    run.note(`  held ${held}`);
    await followTold(run);
    at.attempts = at.attempts.filter((one) => one !== version);
    if (held === version.length) {
      change.succeeded();
      at.told = undefined;
      hold(same(await lookAt(run, at), version), () => `${at.path} is said to be here, and is not`);
      return;
    }
    change.refused();
    await upload(run, at, {
      version,
      placement: { kind: 'resume', offset: held },
      start: held,
      ...end(run.chance, held, version),
      declared: promise(version),
    });
  } catch (error) {
    run.checkAlive();
    if (!failed(error, 'quota-exceeded') || run.quota === undefined) throw error;
    change.refused();
  }
}

/** One goes on with what was promised, while another one asks how much of it is here. */
async function promiseMeanwhile(run: VaultRun, at: Traced): Promise<void> {
  const row = (await rowsOf(run, at)).at(-1);
  if (row === undefined || row.offset === 0 || row.offset === row.length) return;
  const [version] = await meanings(run, at, row);
  if (version === undefined || row.promised_hex !== version.sha256) return;
  const { offset } = row;
  const ask = async (): Promise<void> => {
    // At any point of the other's work, and the same one again with the same seed.
    for (let turns = run.chance.below(60) ** 2; turns > 0; turns -= 1) await Promise.resolve();
    const change = at.model.begin(version);
    try {
      const { bytes: held } = await run.home.expect(
        at.path,
        promise(version),
        'somebody else',
        () => {},
      );
      run.checkAlive();
      run.note(`  held ${held}`);
      hold(held >= offset, () => `${offset} bytes of ${at.path} were here, ${held} are said to be`);
      if (held === version.length) change.succeeded();
      else change.refused();
    } catch (error) {
      run.checkAlive();
      change.refused();
      const isRefused = failed(error, 'quota-exceeded') && run.quota !== undefined;
      if (!isRefused && !failed(error, 'locked')) throw error;
    }
  };
  const rest: Meant = {
    version,
    placement: { kind: 'resume', offset },
    start: offset,
    stop: version.length,
    declared: promise(version),
  };
  await raced(at, () => all([upload(run, at, rest), ask()]));
}

/** A promise that the bytes do not keep. */
async function lie(run: VaultRun, at: Traced): Promise<void> {
  const version = fresh(run);
  at.lies.add(version.key);
  const { digest } = promise(fresh(run));
  await upload(run, at, { ...whole(version), declared: { digest } });
}

async function digest(run: VaultRun, at: Traced): Promise<void> {
  const value = at.model.certain;
  if (value === undefined) return;
  const { hex } = await run.home.digest(at.path, 'sha-256', undefined, undefined);
  hold(hex === value.sha256, () => `the digest of ${at.path} is told wrong`);
}

async function touch(run: VaultRun, at: Traced): Promise<void> {
  if (at.model.certain === undefined) return;
  run.note(`${at.path}: touch`);
  await run.home.setModified(at.path, run.chance.below(2 ** 40));
}

function fresh(run: VaultRun): Version {
  const { chance } = run;
  const length = chance.weighted([
    { weight: 1, most: 0 },
    { weight: 2, most: 600 },
    { weight: 6, most: MAX_BYTES },
  ]).most;
  return run.versions.next(chance.between(Math.min(1, length), length));
}

const whole = (version: Version) =>
  ({ version, placement: { kind: 'replace' }, start: 0, stop: version.length }) as const;

function promise(version: Version): Required<Declared> {
  return { length: version.length, digest: { algorithm: 'sha-256', hex: version.sha256 } };
}

/** Where an upload ends, and how. */
type End = Pick<Meant, 'stop' | 'isCut'>;

/** Anywhere, the last byte included. */
function cutWithin(chance: Chance, start: number, { length }: Version): End {
  return { stop: chance.yes(0.2) ? length : chance.between(start, length), isCut: true };
}

function end(chance: Chance, start: number, version: Version): End {
  return chance.yes(0.6) ? { stop: version.length } : cutWithin(chance, start, version);
}

/** What stands there, unless an unfinished upload waits to replace it. */
async function fileWithoutOverwrite(run: VaultRun, at: Traced): Promise<Value> {
  const value = at.model.certain;
  const partial = await partialOf(run, at);
  return partial === undefined || partial.isBased ? value : undefined;
}

/** Waits for all of them to end; then the first failure counts, Died before any other. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const reasons = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (reasons.length > 0) throw reasons.find((reason) => reason instanceof Died) ?? reasons[0];
}
