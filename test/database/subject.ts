import assert from 'node:assert/strict';
import type { Database, Query } from '../../src/database/database.ts';

/** Records that are used for one case. */
export interface Subject extends AsyncDisposable {
  readonly database: Database;
  /** A folder for backups. */
  readonly folder: string;
  /** The same records once more, as another process has them; closed with the subject. */
  readonly open: () => Promise<Database>;
  /** The file of the records, for another process; empty if there is none. */
  readonly file: string;
}

/** One sentence about every database, and how it is shown. */
export type Case = readonly [sentence: string, show: (subject: Subject) => Promise<void>];

/** A home with this much committed. @returns its id */
export async function addHome(database: Database, committed = 0): Promise<number> {
  const home = await database.write((write) =>
    write.insertInto('homes').values(homeOf(committed)).returning('id').executeTakeFirstOrThrow(),
  );
  return home.id;
}

export function homeOf(committed: number, location = 'home') {
  return {
    location,
    quota_bytes: null,
    quota_files: null,
    max_file_bytes: null,
    committed_bytes: committed,
  };
}

export async function committedIn(query: Query, id: number): Promise<number | undefined> {
  const row = await query
    .selectFrom('homes')
    .select('committed_bytes')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.committed_bytes;
}

/** Reads and writes in one transaction, with a pause between: what others do must not get lost. */
export async function increase(database: Database, id: number): Promise<void> {
  await database.write(async (write) => {
    const committed = await committedIn(write, id);
    assert.ok(committed !== undefined);
    await Promise.resolve();
    await write
      .updateTable('homes')
      .set({ committed_bytes: committed + 1 })
      .where('id', '=', id)
      .execute();
  });
}

export async function countHomes(query: Query): Promise<number> {
  return (await query.selectFrom('homes').select('id').execute()).length;
}
