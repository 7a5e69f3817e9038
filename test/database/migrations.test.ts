import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { MIGRATIONS } from '../../src/database/migrations/index.ts';
import { NodeSqliteDialect } from '../../src/database/sqlite/dialect.ts';
import { appliedMigrations } from '../../src/database/sqlite/migrate.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Makes the records as the program had them that knew no more than the migrations up to this one. */
async function makeOld(file: string, last: string, ...statements: string[]): Promise<void> {
  const raw = new DatabaseSync(file);
  const query = new Kysely({ dialect: new NodeSqliteDialect(raw) });
  const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
  const migrator = new Migrator({ db: query, provider });
  const { error } = await migrator.migrateTo(last);
  assert.equal(error, undefined);
  for (const statement of statements) raw.exec(statement);
  await query.destroy();
}

function account(id: number, permissions: string): string {
  return `insert into accounts (name, home_id, password, permissions, created_at, password_set_at, upload_rate)
       values ('user${id}', ${id}, '*', '${permissions}', 1, 1, ${id === 1 ? 5000 : 'null'})`;
}

suite('records of an older version', () => {
  test('have as their own what differs from the usual, so that a group changes nothing of it', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'records.sqlite');
    await makeOld(
      file,
      '0003-limits',
      `insert into homes (id, location, quota_bytes) values (1, 'a', 70), (2, 'b', null)`,
      account(1, 'list read'),
      account(2, 'list read write overwrite append make-folder rename chmod delete'),
    );
    await using database = await Sqlite.open(file);
    const rows = await database.query.selectFrom('accounts').selectAll().orderBy('id').execute();
    assert.deepEqual(
      rows.map(({ own, group_name, last_login_at }) => [
        JSON.parse(own),
        group_name,
        last_login_at,
      ]),
      [
        [{ quotaBytes: 70, uploadRate: 5000, permissions: ['list', 'read'] }, null, null],
        [{}, null, null],
      ],
    );
  });

  test('are copied before they are changed, and the last few copies are kept', async () => {
    await using folder = await temporaryFolder();
    const copies = { folder: join(folder.path, 'copies'), keep: 2 };
    for (const round of [1, 2, 3]) {
      const file = join(folder.path, `round${round}`, 'carryon.sqlite');
      await mkdir(dirname(file));
      await makeOld(
        file,
        '0002-journal-object',
        `insert into homes (location) values ('h${round}')`,
      );
      await using database = await Sqlite.open(file, { copies });
      await using again = await Sqlite.open(file, { copies });
      assert.equal(typeof (await again.outsideChanges()), 'number');
      assert.equal(typeof (await database.outsideChanges()), 'number');
      // Their names have the millisecond.
      await sleep(2);
    }
    const names = (await readdir(copies.folder)).toSorted();
    assert.equal(names.length, 2);
    for (const [index, name] of names.entries()) {
      assert.match(name, /^carryon-0002-journal-object-\d{8}T\d{9}Z\.sqlite$/);
      const copy = new DatabaseSync(join(copies.folder, name), { readOnly: true });
      assert.equal(copy.prepare('select location from homes').get()?.['location'], `h${index + 2}`);
      assert.equal(appliedMigrations(copy).at(-1), '0002-journal-object');
      copy.close();
      assert.equal((await stat(join(copies.folder, name))).mode & 0o777, 0o600);
    }
    await using fresh = await Sqlite.open(join(folder.path, 'new.sqlite'), { copies });
    await fresh.durable();
    assert.equal((await readdir(copies.folder)).length, 2, 'a new one has nothing to be copied');
  });

  test('stay as they were when a migration fails, and it is said where the copy is', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    await makeOld(file, '0003-limits');
    const migrations: Record<string, Migration> = {
      ...MIGRATIONS,
      '9998-fine': {
        up: (query) => query.schema.createTable('half').addColumn('x', 'text').execute(),
      },
      '9999-bad': { up: () => Promise.reject(new Error('on purpose')) },
    };
    const copies = { folder: join(folder.path, 'copies'), keep: 1 };
    await assert.rejects(Sqlite.open(file, { copies, migrations }), {
      code: 'storage-failed',
      message:
        /could not be brought up to date \(9999-bad\)\. They are as they were.*copies\/carryon-0003/,
    });
    const raw = new DatabaseSync(file, { readOnly: true });
    assert.equal(appliedMigrations(raw).at(-1), '0003-limits');
    assert.equal(raw.prepare(`select 1 from sqlite_schema where name = 'half'`).get(), undefined);
    raw.close();
  });

  test('are not touched when they cannot be copied', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    await makeOld(file, '0003-limits');
    await writeFile(join(folder.path, 'copies'), 'a file where the folder should be');
    const copies = { folder: join(folder.path, 'copies'), keep: 1 };
    await assert.rejects(Sqlite.open(file, { copies }), { message: /could not be copied/ });
    const raw = new DatabaseSync(file, { readOnly: true });
    assert.equal(appliedMigrations(raw).at(-1), '0003-limits');
    raw.close();
    await using opened = await Sqlite.open(file, { copies: { ...copies, keep: 0 } });
    await opened.durable();
  });

  test('that are newer than the program are refused, and stay as they are', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'carryon.sqlite');
    await makeOld(
      file,
      '0003-limits',
      `insert into kysely_migration values ('9999-future', '2030-01-01')`,
    );
    await assert.rejects(Sqlite.open(file), {
      code: 'storage-failed',
      message: /written by a newer version of Carryon \(9999-future\)/,
    });
  });
});
