import type { Checksum } from '../../base/digest.ts';
import { type Path, isWithin, nameOf, parentOf, rebase } from '../../base/path.ts';
import type { Database, Write } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { KnownDigest } from '../digested.ts';

/** The digests that are known of the files in homes: each holds as long as its file's version does. */
export class RecordedDigests {
  readonly #database: Database;
  /** Those that are being made, by what they are the digests of. */
  readonly #coming = new Map<string, Promise<string>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The digest of this version, in hexadecimal, if it is recorded or about to be: then it is waited for. */
  async find(
    homeId: number,
    path: Path,
    version: string,
    algorithm: Checksum,
  ): Promise<string | undefined> {
    const row = await this.#database.query
      .selectFrom('digests')
      .select('hex')
      .where('home_id', '=', homeId)
      .where('folder', '=', parentOf(path))
      .where('name', '=', nameOf(path))
      .where('algorithm', '=', algorithm)
      .where('version', '=', version)
      .executeTakeFirst();
    return (
      row?.hex ?? this.#coming.get(keyOf(homeId, path, version, algorithm))?.catch(() => undefined)
    );
  }

  /** Those that are recorded of files in one folder as they are now, by name. */
  async among(
    homeId: number,
    folder: Path,
    files: readonly { readonly name: string; readonly version: string }[],
    algorithms: readonly Checksum[],
  ): Promise<ReadonlyMap<string, readonly KnownDigest[]>> {
    if (files.length === 0 || algorithms.length === 0) return new Map();
    const versions = new Map(files.map(({ name, version }) => [name, version]));
    const rows = await this.#database.query
      .selectFrom('digests')
      .select(['name', 'algorithm', 'version', 'hex'])
      .where('home_id', '=', homeId)
      .where('folder', '=', folder)
      .where('name', 'in', [...versions.keys()])
      .where('algorithm', 'in', algorithms)
      .execute();
    const valid = rows.filter(({ name, version }) => versions.get(name) === version);
    return Map.groupBy(valid, ({ name }) => name);
  }

  /** Records it as soon as it is known. @throws whatever `coming` rejects with */
  async recordLate(
    homeId: number,
    path: Path,
    version: string,
    algorithm: Checksum,
    coming: Promise<string>,
  ): Promise<void> {
    const key = keyOf(homeId, path, version, algorithm);
    this.#coming.set(key, coming);
    try {
      await this.record(homeId, path, version, algorithm, await coming);
    } finally {
      this.#coming.delete(key);
    }
  }

  async record(
    homeId: number,
    path: Path,
    version: string,
    algorithm: Checksum,
    hex: string,
  ): Promise<void> {
    await this.#database.write((write) =>
      recordDigest(write, homeId, path, version, algorithm, hex),
    );
  }
}

function keyOf(homeId: number, path: Path, version: string, algorithm: Checksum): string {
  return [homeId, algorithm, version, path].join(' ');
}

export async function recordDigest(
  write: Write,
  homeId: number,
  path: Path,
  version: string,
  algorithm: Checksum,
  hex: string,
): Promise<void> {
  const place = { homeId, folder: parentOf(path), name: nameOf(path) };
  await RECORD(write, { ...place, algorithm, version, hex });
}

interface Place {
  readonly homeId: number;
  readonly folder: Path;
  readonly name: string;
}

interface Known extends Place {
  readonly algorithm: Checksum;
  readonly version: string;
  readonly hex: string;
}

const RECORD = statement((on, { homeId: home_id, folder, name, algorithm, version, hex }: Known) =>
  on
    .insertInto('digests')
    .values({ home_id, folder, name, algorithm, version, hex })
    .onConflict((conflict) => conflict.doUpdateSet({ version, hex })),
);

const FORGET = statement((on, given: Place) =>
  on
    .deleteFrom('digests')
    .where('home_id', '=', given.homeId)
    .where('folder', '=', given.folder)
    .where('name', '=', given.name),
);

interface Carried extends Place {
  readonly version: string;
  readonly toFolder: Path;
  readonly toName: string;
  readonly toVersion: string;
}

const CARRY = statement((on, given: Carried) =>
  on
    .updateTable('digests')
    .set({ folder: given.toFolder, name: given.toName, version: given.toVersion })
    .where('home_id', '=', given.homeId)
    .where('folder', '=', given.folder)
    .where('name', '=', given.name)
    .where('version', '=', given.version),
);

/** Forgets what is known of a file that has gone. */
export async function forgetDigests(write: Write, homeId: number, path: Path): Promise<void> {
  await FORGET(write, { homeId, folder: parentOf(path), name: nameOf(path) });
}

/** A file's time or name was changed by us: its bytes, and so its digests, are the same. */
export async function carryDigests(
  write: Write,
  homeId: number,
  from: { readonly path: Path; readonly version: string },
  to: { readonly path: Path; readonly version: string },
): Promise<void> {
  if (from.path !== to.path) await forgetDigests(write, homeId, to.path);
  await CARRY(write, {
    homeId,
    folder: parentOf(from.path),
    name: nameOf(from.path),
    version: from.version,
    toFolder: parentOf(to.path),
    toName: nameOf(to.path),
    toVersion: to.version,
  });
}

/** Forgets what is known of the files below a folder: what is left of one that was removed by hand. */
export async function forgetBelow(write: Write, homeId: number, folder: Path): Promise<void> {
  await write
    .deleteFrom('digests')
    .where('home_id', '=', homeId)
    .where((is) =>
      is.or([
        is('folder', '=', folder),
        is.and([is('folder', '>', `${folder}/`), is('folder', '<', `${folder}0`)]),
      ]),
    )
    .execute();
}

/** Gives everything recorded below a folder its new place. */
export async function rebaseFolders(
  write: Write,
  table: 'digests' | 'uploads',
  homeId: number,
  from: Path,
  to: Path,
): Promise<void> {
  const rows = await write
    .selectFrom(table)
    .select('folder')
    .distinct()
    .where('home_id', '=', homeId)
    // '0' is the character behind '/': this is everything that begins with `from` and a slash.
    .where((is) =>
      is.or([
        is('folder', '=', from),
        is.and([is('folder', '>', `${from}/`), is('folder', '<', `${from}0`)]),
      ]),
    )
    .execute();
  for (const { folder } of rows) {
    const path = folder as Path;
    if (!isWithin(path, from)) continue;
    await write
      .updateTable(table)
      .set({ folder: rebase(path, from, to) })
      .where('home_id', '=', homeId)
      .where('folder', '=', folder)
      .execute();
  }
}
