import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { KiB, MiB } from '../../src/base/size.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Each fills a page of the log and more. */
const LONG = 'x'.repeat(4 * KiB);

const ROWS_AT_ONCE = 25;

/** The log with the most that it may hold, and one transaction more. */
const MOST_BYTES = 20 * MiB;

async function fill(database: Sqlite, transactions: number): Promise<void> {
  for (let round = 0; round < transactions; round += 1) {
    await database.write(async (write) => {
      for (let row = 0; row < ROWS_AT_ONCE; row += 1) {
        const values = { location: LONG, quota_bytes: null, quota_files: null };
        await write
          .insertInto('homes')
          .values({ ...values, max_file_bytes: null })
          .execute();
      }
    });
    await database.durable();
  }
}

test('the log is brought home by a thread, never by the event loop, and stays bounded', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'records.sqlite');
  await using database = await Sqlite.open(file);
  const { rows } = await sql<{ wal_autocheckpoint: number }>`pragma wal_autocheckpoint`.execute(
    database.query,
  );
  assert.equal(rows[0]?.wal_autocheckpoint, 0);
  const before = statSync(file).size;
  let written = 0;
  for (let round = 0; round < 20; round += 1) {
    await fill(database, 20);
    written += 20 * ROWS_AT_ONCE * LONG.length;
    assert.ok(statSync(`${file}-wal`).size < MOST_BYTES, `after ${written} bytes`);
  }
  assert.ok(written > 1.5 * MOST_BYTES);
  assert.ok(statSync(file).size > before + written / 2, 'most of it is where it belongs');
});

test('what another process has written is told, and a checkpoint is not taken for it', async () => {
  await using folder = await temporaryFolder();
  await using database = await Sqlite.open(join(folder.path, 'records.sqlite'));
  const before = await database.outsideChanges();
  await fill(database, 200);
  assert.equal(await database.outsideChanges(), before);
});
