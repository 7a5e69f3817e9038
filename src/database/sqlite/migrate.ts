import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Migration, Migrator } from 'kysely/migration';
import { Failure } from '../../base/failure.ts';
import type { Query } from '../database.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { writeCopy } from './copy.ts';

/** Where copies of the records go before an upgrade changes them. */
export interface Copies {
  readonly folder: string;
  /** How many are kept, the newest; 0 makes none. */
  readonly keep: number;
}

export interface MigrateOptions {
  readonly copies?: Copies | undefined;
  /** All there are, in order; tests have others. */
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/** The migrations that a database has been through, the last one last; empty for a new one. */
export function appliedMigrations(raw: DatabaseSync): string[] {
  const table = raw.prepare(`select 1 from sqlite_schema where name = 'kysely_migration'`).get();
  if (table === undefined) return [];
  const rows = raw.prepare('select name from kysely_migration order by name').all();
  return rows.map((row) => String(row['name']));
}

/**
 * Brings the tables up to date in the transaction that has begun before the first look: of two
 * processes one does it. Before records that are there are changed, they are copied.
 * @throws Failure `storage-failed`; then the records are as they were
 */
export async function migrate(
  query: Query,
  raw: DatabaseSync,
  file: string,
  { copies, migrations = MIGRATIONS }: MigrateOptions = {},
): Promise<void> {
  const applied = appliedMigrations(raw);
  const newer = applied.filter((name) => !Object.hasOwn(migrations, name));
  if (newer.length > 0) {
    throw new Failure(
      'storage-failed',
      `The records in ${file} were written by a newer version of Carryon (${newer.join(', ')}): ` +
        'use that version, or put a copy of before the upgrade in their place',
    );
  }
  const last = applied.at(-1);
  const isBehind = applied.length < Object.keys(migrations).length;
  const copy =
    last !== undefined && isBehind && copies !== undefined && copies.keep > 0
      ? await copyBefore(file, last, copies)
      : undefined;
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const migrator = new Migrator({
    db: query,
    provider,
    disableTransactions: true,
    // Of two that were made side by side, the one with the higher number may have come first.
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) {
    if (copy !== undefined && copies !== undefined) prune(file, copies);
    return;
  }
  const failed = results.find(({ status }) => status === 'Error')?.migrationName;
  throw new Failure(
    'storage-failed',
    `The records in ${file} could not be brought up to date${failed === undefined ? '' : ` (${failed})`}. ` +
      'They are as they were, and the version that wrote them can go on with them' +
      (copy === undefined ? '' : `; there is a copy, too: ${copy}`),
    { cause: error },
  );
}

/** `carryon.sqlite` as it is after 0003-limits: `carryon-0003-limits-20270131T180500123Z.sqlite`. */
async function copyBefore(file: string, last: string, { folder }: Copies): Promise<string> {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '');
  const copy = join(folder, `${prefixOf(file)}${last}-${time}.sqlite`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    // A reader of its own sees what is committed, and nobody else can write meanwhile.
    using reader = openReader(file);
    await writeCopy(reader.raw, copy);
    return copy;
  } catch (error) {
    throw new Failure(
      'storage-failed',
      `The records in ${file} could not be copied to ${copy} before they are brought up to date, ` +
        'and are as they were. With the setting database.copies 0 no copy is made',
      { cause: error },
    );
  }
}

function openReader(file: string) {
  const raw = new DatabaseSync(file);
  return { raw, [Symbol.dispose]: () => raw.close() };
}

/** Their names sort by migration, then by time. */
function prune(file: string, { folder, keep }: Copies): void {
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith(prefixOf(file)) && name.endsWith('.sqlite'))
    .toSorted();
  for (const name of copies.slice(0, -keep)) rmSync(join(folder, name), { force: true });
}

function prefixOf(file: string): string {
  return `${basename(file, '.sqlite')}-`;
}
