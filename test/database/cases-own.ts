import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Tables } from '../../src/database/tables.ts';
import { type Case, addHome, committedIn, countHomes, homeOf, increase } from './subject.ts';

const TABLES: Readonly<Record<keyof Tables, true>> = {
  homes: true,
  accounts: true,
  groups: true,
  uploads: true,
  checkpoints: true,
  segments: true,
  digests: true,
  journal: true,
  name_locks: true,
  outbox: true,
  bans: true,
};

/** What holds for the only one who has the records open. */
export const OWN_CASES: readonly Case[] = [
  [
    'begins with every table there and empty',
    async ({ database }) => {
      for (const table of Object.keys(TABLES) as (keyof Tables)[]) {
        assert.deepEqual(await database.query.selectFrom(table).selectAll().execute(), [], table);
      }
    },
  ],
  [
    'keeps all that a transaction did, and gives back what it found',
    async ({ database }) => {
      const found = await database.write(async (write) => {
        for (const size of [1, 2]) await write.insertInto('homes').values(homeOf(size)).execute();
        return 'found';
      });
      assert.equal(found, 'found');
      assert.equal(await countHomes(database.query), 2);
    },
  ],
  [
    'keeps nothing of a transaction that throws, and passes on what was thrown',
    async ({ database }) => {
      const thrown = new Error('changed my mind');
      const failing = database.write(async (write) => {
        await write.insertInto('homes').values(homeOf(1)).execute();
        throw thrown;
      });
      await assert.rejects(failing, (error) => error === thrown);
      assert.equal(await countHomes(database.query), 0);
      await addHome(database);
      assert.equal(await countHomes(database.query), 1);
    },
  ],
  [
    'keeps nothing of a transaction of which one statement fails, and says so in general words',
    async ({ database }) => {
      const failing = database.write(async (write) => {
        const { id } = await write
          .insertInto('homes')
          .values(homeOf(1))
          .returning('id')
          .executeTakeFirstOrThrow();
        await write
          .insertInto('homes')
          .values({ ...homeOf(2), id })
          .execute();
      });
      await assert.rejects(failing, { name: 'Failure', code: 'storage-failed' });
      assert.equal(await countHomes(database.query), 0);
    },
  ],
  [
    'runs transactions one after the other, and loses nothing of any',
    async ({ database }) => {
      const id = await addHome(database);
      await Promise.all(Array.from({ length: 50 }, () => increase(database, id)));
      assert.equal(await committedIn(database.query, id), 50);
    },
  ],
  [
    'shows no half of a transaction to who reads meanwhile',
    async ({ database }) => {
      const seen = new Set<number>();
      let isWriting = true;
      const reading = (async () => {
        while (isWriting) {
          seen.add(await countHomes(database.query));
          await turn();
        }
      })();
      for (let round = 0; round < 5; round += 1) {
        await database.write(async (write) => {
          await write.insertInto('homes').values(homeOf(1)).execute();
          await turn();
          await write.insertInto('homes').values(homeOf(2)).execute();
        });
      }
      isWriting = false;
      await reading;
      assert.deepEqual(
        [...seen].filter((count) => count % 2 === 1),
        [],
      );
    },
  ],
  [
    'goes on after a transaction that did nothing, and one that only read',
    async ({ database }) => {
      await database.write(async () => {});
      assert.equal(await database.write((write) => countHomes(write)), 0);
    },
  ],
  [
    'is durable for everybody who asks, also where nothing was written',
    async ({ database }) => {
      await database.durable();
      await addHome(database);
      await Promise.all(Array.from({ length: 20 }, () => database.durable()));
    },
  ],
  [
    'refuses an upload into a home that is not there',
    async ({ database }) => {
      const failing = database.write((write) =>
        write.insertInto('uploads').values(uploadOf('u', 7)).execute(),
      );
      await assert.rejects(failing, { code: 'storage-failed' });
    },
  ],
  [
    'forgets the checkpoints of an upload with it',
    async ({ database }) => {
      const id = await addHome(database);
      await database.write(async (write) => {
        await write.insertInto('uploads').values(uploadOf('u', id)).execute();
        await write
          .insertInto('checkpoints')
          .values({ upload_id: 'u', offset: 1, sha256: 'x' })
          .execute();
      });
      await database.write((write) => write.deleteFrom('uploads').execute());
      assert.deepEqual(await database.query.selectFrom('checkpoints').selectAll().execute(), []);
    },
  ],
  [
    'keeps every size that a file can have as it is',
    async ({ database }) => {
      for (const size of [0, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
        const id = await addHome(database, size);
        assert.equal(await committedIn(database.query, id), size);
      }
    },
  ],
  [
    'keeps every name that is text as it is, and compares it byte by byte',
    async ({ database }) => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (location) => {
          const { id } = await database.write((write) =>
            write
              .insertInto('homes')
              .values(homeOf(0, location))
              .returning('id')
              .executeTakeFirstOrThrow(),
          );
          const found = await database.query
            .selectFrom('homes')
            .select(['id', 'location'])
            .where('location', '=', location)
            .execute();
          assert.deepEqual(
            found.map((row) => row.location),
            found.map(() => location),
          );
          assert.ok(found.some((row) => row.id === id));
        }),
        { numRuns: 50 },
      );
    },
  ],
  [
    'does not take its own writing for that of others',
    async ({ database }) => {
      const before = await database.outsideChanges();
      await addHome(database);
      await database.durable();
      assert.equal(await database.outsideChanges(), before);
    },
  ],
  [
    'says that the disk is full, keeps nothing of that transaction, and goes on when there is room',
    async ({ database }) => {
      const first = await addHome(database);
      const limit = async (pages: number) => {
        await sql.raw(`pragma max_page_count = ${pages}`).execute(database.query);
      };
      await limit(1); // Means: not a page more than there are.
      const failing = database.write(async (write) => {
        for (let count = 0; count < 200; count += 1) {
          await write
            .insertInto('homes')
            .values(homeOf(1, 'x'.repeat(1000)))
            .execute();
        }
      });
      await assert.rejects(failing, { name: 'Failure', code: 'storage-full' });
      assert.equal(await countHomes(database.query), 1);
      await limit(1_000_000);
      await increase(database, first);
      assert.equal(await committedIn(database.query, first), 1);
    },
  ],
  [
    'makes a copy of all that is there, over nothing that exists',
    async ({ database, folder }) => {
      await database.check();
      const id = await addHome(database, 7);
      const file = join(folder, 'copy.sqlite');
      await database.backup(file);
      await increase(database, id);
      {
        await using copy = await Sqlite.open(file);
        await copy.check();
        assert.equal(await committedIn(copy.query, id), 7);
      }
      const other = join(folder, 'other');
      await writeFile(other, 'precious');
      await assert.rejects(database.backup(other), { code: 'already-exists' });
      assert.equal(await readFile(other, 'utf8'), 'precious');
    },
  ],
];

function uploadOf(id: string, home: number) {
  return {
    id,
    home_id: home,
    folder: '/',
    name: 'a',
    state: 'staging',
    epoch: 1,
    holder: null,
    base_bytes: 0,
    base_version: null,
    offset: 0,
    length: null,
    promised_algorithm: null,
    promised_hex: null,
    reserved_bytes: 0,
    reserved_files: 0,
    replaced_bytes: null,
    created_at: 0,
    touched_at: 0,
  } as const;
}
