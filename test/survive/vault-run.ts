import type { Path } from '../../src/base/path.ts';
import { parsePath } from '../../src/base/path.ts';
import type { UploadRow } from '../../src/database/tables.ts';
import type { Home } from '../../src/vault/home.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { Died, Life } from '../vault/mortal.ts';
import type { Chance } from './chance.ts';
import { type Version, Versions } from './content.ts';
import { NameModel, list } from './model.ts';
import { type Ground, tickingClock } from './vault-world.ts';
import { hold } from './violation.ts';

/** The one home of these schedules. */
export const HOME_ID = 1;

/** What somebody was told of an upload: so much of it will be there when they come back. */
export interface Told {
  /** The id of the upload. */
  readonly upload: string;
  readonly offset: number;
  /** When it was told: only what was begun later can take its place. */
  readonly at: number;
}

/** One name, and all that is known of it. */
export interface Traced {
  readonly path: Path;
  readonly model: NameModel;
  /** Contents of which an unfinished upload may be the beginning. */
  intents: Version[];
  /** The newest offset that anybody was told. */
  told: Told | undefined;
  /** The content that is being uploaded, or was when the life ended. */
  attempts: Version[];
  /** Contents that were promised with a wrong digest: they are never committed. */
  readonly lies: Set<string>;
  /** Two are uploading at once: nobody can tell what is left when one of them is done. */
  isRaced: boolean;
}

/** One schedule while it runs: what was done, and what has to be true therefore. */
export class VaultRun {
  readonly chance: Chance;
  readonly versions = new Versions();
  readonly clock = tickingClock();
  readonly names: readonly Traced[];
  readonly log: string[] = [];
  /** Bytes; undefined if there is none. */
  readonly quota: number | undefined;
  life = new Life(0);
  /** Processes so far. */
  processes = 0;
  ground!: Ground;
  vault!: Vault;
  home!: Home;

  constructor(chance: Chance, count: number, quota: number | undefined) {
    this.chance = chance;
    this.quota = quota;
    this.names = Array.from({ length: count }, (_, index) => ({
      path: parsePath(`/${'abcdef'.slice(0, index + 1)}`),
      model: new NameModel(),
      intents: [],
      told: undefined,
      attempts: [],
      lies: new Set(),
      isRaced: false,
    }));
  }

  /** What a dead process heard, or thinks it did, nobody has heard. @throws Died */
  checkAlive(): void {
    if (this.life.isOver) throw new Died();
  }

  note(text: string): void {
    this.log.push(text);
  }
}

/** An upload that was promised under another name is there from now on, and what was told of it too. */
export async function followTold(run: VaultRun): Promise<void> {
  const rows = await run.vault.uploads(HOME_ID);
  for (const at of run.names) {
    const { told } = at;
    const row = rows.find(({ id }) => id === told?.upload);
    const to = run.names.find(({ path }) => row !== undefined && path === `/${row.name}`);
    if (told === undefined || to === undefined || to === at) continue;
    to.told = { ...told, at: run.clock.now() };
    at.told = undefined;
  }
}

/** The unfinished upload that would be continued, and what it can be the beginning of. */
export interface Partial {
  readonly offset: number;
  readonly versions: readonly Version[];
  /** It began with a version that is there: what was appended to it may be sent again. */
  readonly isBased: boolean;
}

/**
 * What the newest resumable upload to a name holds.
 * @throws Violation if its bytes are not the beginning of anything that was ever sent
 */
export async function partialOf(run: VaultRun, at: Traced): Promise<Partial | undefined> {
  const row = (await rowsOf(run, at)).at(-1);
  if (row === undefined || row.offset === 0) return undefined;
  const versions = await meanings(run, at, row);
  return { offset: row.offset, versions, isBased: row.base_version !== null };
}

/** The uploads to this name that can be continued, the newest last. */
export async function rowsOf(run: VaultRun, at: Traced): Promise<readonly UploadRow[]> {
  const rows = await run.vault.uploads(HOME_ID);
  return rows
    .filter((row) => row.state === 'staging' && `/${row.name}` === at.path)
    .toSorted((one, other) => one.created_at - other.created_at);
}

/** The contents that begin with what is staged. @throws Violation if there are none */
export async function meanings(run: VaultRun, at: Traced, row: UploadRow): Promise<Version[]> {
  const staged = await stagedBytes(run, row);
  const found = at.intents.filter((version) => version.has(staged, 0));
  hold(
    found.length > 0,
    () => `the ${row.offset} bytes staged for ${at.path} begin none of ${list(at.intents)}`,
  );
  return found;
}

async function stagedBytes(run: VaultRun, row: UploadRow): Promise<Buffer> {
  const tree = await run.ground.store.openTree('home');
  // Not `await using`, which does not find the method of a proxy.
  const file = await tree.openStaged(row.id).catch(() => undefined);
  hold(file, () => `${row.offset} bytes were recorded for ${row.name}, there is no file`);
  const bytes = Buffer.alloc(row.offset);
  const got = await file.read(bytes, 0);
  await file[Symbol.asyncDispose]();
  hold(
    got === row.offset,
    () => `${row.offset} bytes were recorded for ${row.name}, ${got} are there`,
  );
  return bytes;
}
