import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { checkBackup, putInPlace } from '../../src/database/sqlite/restore.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { addHome } from './subject.ts';

/** A backup of records with one home that holds so many bytes. */
async function backupOf(folder: string, bytes: number): Promise<string> {
  const file = join(folder, `backup-${bytes}`);
  await using database = await Sqlite.open(join(folder, `source-${bytes}.sqlite`));
  await addHome(database, bytes);
  await database.backup(file);
  return file;
}

async function bytesIn(file: string): Promise<number | undefined> {
  await using database = await Sqlite.open(file);
  const row = await database.query.selectFrom('homes').selectAll().executeTakeFirst();
  return row?.committed_bytes;
}

suite('a backup that is put in place', () => {
  test('is refused if it is none, is damaged, or is newer than the program', async () => {
    await using folder = await temporaryFolder();
    const there = (name: string) => join(folder.path, name);
    assert.throws(() => checkBackup(there('nothing')), { code: 'not-found' });
    await writeFile(there('text'), 'this is no database');
    assert.throws(() => checkBackup(there('text')), { code: 'storage-failed', message: /damaged/ });
    const strange = new DatabaseSync(there('strange'));
    strange.exec('create table something (x)');
    strange.close();
    assert.throws(() => checkBackup(there('strange')), { message: /no backup of Carryon/ });

    const backup = await backupOf(folder.path, 1);
    checkBackup(backup);
    const bytes = await readFile(backup);
    await writeFile(there('cut'), bytes.subarray(0, bytes.length / 2));
    assert.throws(() => checkBackup(there('cut')), { code: 'storage-failed' });
    const newer = new DatabaseSync(backup);
    newer.exec(`insert into kysely_migration values ('9999-future', '2030-01-01')`);
    newer.close();
    assert.throws(() => checkBackup(backup), {
      message: /newer version of Carryon \(9999-future\)/,
    });
  });

  test('takes the place of sound records, which are kept, with what is still in their log', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    const aside = join(folder.path, 'copies', 'old.sqlite');
    {
      await using old = await Sqlite.open(file);
      await addHome(old, 5);
    }
    // As a crash leaves it: what was written last is in the log only.
    const writer = new DatabaseSync(file);
    writer.exec('pragma wal_autocheckpoint = 0; update homes set committed_bytes = 6');
    const log = await readFile(`${file}-wal`);
    const main = await readFile(file);
    writer.close();
    await writeFile(file, main);
    await writeFile(`${file}-wal`, log);

    const backup = await backupOf(folder.path, 7);
    await assert.rejects(putInPlace(backup, file, undefined), { code: 'already-exists' });
    assert.equal(await bytesIn(file), 6);
    assert.equal(await putInPlace(backup, file, aside), true);
    assert.equal(await bytesIn(file), 7);
    assert.equal(await bytesIn(aside), 6);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  test('takes the place of damaged records, which are kept as they lie there', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    const aside = join(folder.path, 'old.sqlite');
    await writeFile(file, 'damaged');
    await writeFile(`${file}-wal`, 'the log of what is damaged');
    await putInPlace(await backupOf(folder.path, 7), file, aside);
    assert.equal(await bytesIn(file), 7);
    assert.equal(await readFile(aside, 'utf8'), 'damaged');
    assert.equal(await readFile(`${aside}-wal`, 'utf8'), 'the log of what is damaged');
  });

  test('is put where there is nothing', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    assert.equal(await putInPlace(await backupOf(folder.path, 7), file, undefined), false);
    assert.equal(await bytesIn(file), 7);
    assert.equal(existsSync(`${file}-restored`), false);
  });
});
